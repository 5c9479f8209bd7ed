import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { createCompany, type Company } from '../../fixtures/faults/company.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { watchJobs } from '../../fixtures/faults/job-watch.ts';
import { killService } from '../../fixtures/faults/kill-service.ts';
import { violationsOf, outcomeOf, NO_VIOLATIONS, type Outcome } from '../../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { undisturbed } from '../../fixtures/faults/undisturbed.ts';
import { startWriter } from '../../fixtures/faults/writer.ts';

/** Redis and the store of a working company are killed. The supervisor restarts a service up to four times in a row. */
export function describeServiceOutages(outages: readonly ('redis' | 'mongo')[]): void {
  const testEnvironment = openFaultTestEnvironment();
  const candleFiles = writeCandleFiles(testEnvironment.directory);
  const LONGEST_PAUSE_MS = 500;

  let services: Services;
  let expected: Outcome;

  const newCompany = async (namespace: string): Promise<Company> =>
    createCompany(testEnvironment, services, namespace, candleFiles);

  beforeAll(async () => {
    services = await testEnvironment.services('services');
    expected = await undisturbed(await newCompany('reference'));
  });

  afterAll(async () => {
    expect(await testEnvironment.clear()).toEqual([]);
  });

  it(
    'continues after Redis and the store were killed under load, and keeps every acknowledged write',
    { timeout: 240_000 },
    async ({ annotate }) => {
      const { redis, mongo } = services;
      const addresses = [redis.url, mongo.url];
      const company = await newCompany('outage');
      const { context, runRequest } = company;
      onTestFinished(() => company.close());
      const watch = await watchJobs(context);
      onTestFinished(() => watch.close());
      const rng = createRng('outage');
      const writer = startWriter(context);
      const node = company.node();
      await company.startCycle();
      const ended = company.cycleEnded();
      ended.catch(() => undefined);
      await watch.stepStarted('scan');
      let isOver = false;
      const tracked = ended.finally(() => (isOver = true));
      tracked.catch(() => undefined);
      let inCycle = 0;
      for (const service of outages) {
        // A random moment is the point of this delay; it waits for no event. After an early end of the cycle the writer
        // still gives load.
        await delay(rng.integer(50, LONGEST_PAUSE_MS));
        if (!isOver) inCycle += 1;
        await killService(testEnvironment, services, service);
      }
      await ended;
      const written = await writer.stop();
      await eventually('the end of all jobs', async () => (await company.unfinished()) === 0);
      expect(await node.kill('SIGTERM')).toEqual({ code: 0, signal: null });

      await annotate(
        `${outages.length} kills, ${inCycle} of them in the cycle; ${written.jobs.length} jobs and ${written.rows.length} rows acknowledged`,
      );
      expect(inCycle).toBeGreaterThanOrEqual(1);
      expect([services.redis.url, services.mongo.url]).toEqual(addresses);
      expect(written.jobs.length).toBeGreaterThan(20);
      expect(written.rows.length).toBeGreaterThan(20);
      const jobs = await Promise.all(written.jobs.map((id) => context.producer.queue('worker-manager').getJob(id)));
      expect(jobs.filter((job) => job?.finishedOn === undefined)).toEqual([]);
      const rows = new Set((await context.stores.alerts.list(100_000)).map(({ key }) => key));
      expect(written.rows.filter((key) => !rows.has(key))).toEqual([]);
      expect(await violationsOf(context)).toEqual(NO_VIOLATIONS);
      expect(await outcomeOf(context, runRequest.id, runRequest.account)).toEqual(expected);
    },
  );
}
