import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Environment } from '../../config/process-environment.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { type Services } from '../../src/runtime/services/start-services.ts';
import { writeCandleFiles } from '../fixtures/faults/candle-files.ts';
import { createCompany, type Company } from '../fixtures/faults/company.ts';
import { startKillableCoordinator } from '../fixtures/faults/killable-coordinator.ts';
import { eventually } from '../fixtures/faults/eventually.ts';
import { killService } from '../fixtures/faults/kill-service.ts';
import { violationsOf, researchOf, NO_VIOLATIONS, type Research } from '../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment, type CorpProcess } from '../fixtures/faults/test-environment.ts';
import { observeUndisturbed } from '../fixtures/faults/undisturbed.ts';

/** Services survive four crashes in a row. */
const VICTIMS = [
  ...['node', 'coordinator', 'redis', 'worker', 'node', 'mongo'],
  ...['coordinator', 'node', 'worker', 'mongo', 'node', 'redis'],
] as const;
const LONGEST_PAUSE_MS = 900;

/** Results of the cycle itself; results of searches done meanwhile by workers belong to the next cycle. */
function ofCycle({ strategies, ...research }: Research): object {
  return { ...research, strategies: strategies.filter(({ origin }) => origin !== 'remote') };
}

export interface FleetUnderKills {
  readonly trials: number;
  readonly unitSize: number;
  /** Number of kills, counted from the first. */
  readonly deaths: number;
  /** Minimum number of kills during the cycle. */
  readonly leastInCycle: number;
}

/**
 * Runs a cycle while its nodes, remote workers, coordinator, Redis and store are killed and its searches are forwarded.
 * Its results must equal those of an undisturbed cycle.
 */
export function describeFleetUnderKills({ trials, unitSize, deaths, leastInCycle }: FleetUnderKills): void {
  const victims = VICTIMS.slice(0, deaths);
  const testEnvironment = openFaultTestEnvironment();
  const candleFiles = writeCandleFiles(testEnvironment.directory);
  let services: Services;
  let expected: Research;

  const newCompany = (namespace: string, settings: Environment = {}): Promise<Company> =>
    createCompany(testEnvironment, services, namespace, candleFiles, {
      CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: String(trials),
      CORP_AGENTS__GENERATOR__UNIT_SIZE: String(unitSize),
      ...settings,
    });

  beforeAll(async () => {
    services = await testEnvironment.services('services');
    expected = await observeUndisturbed(await newCompany('reference'), ({ context, runRequest }) =>
      researchOf(context, runRequest.id),
    );
  }, 240_000);

  afterAll(async () => {
    expect(await testEnvironment.clear()).toEqual([]);
  });

  it(
    `${trials} trials are each counted once while nodes, workers, their coordinator, Redis and the store are killed`,
    { timeout: 420_000 },
    async ({ annotate }) => {
      const rng = createRng('fleet');
      const coordinator = await startKillableCoordinator(testEnvironment, {
        REDIS_URL: services.redis.url,
        MONGO_URL: services.mongo.url,
        CORP_DATABASE__NAMESPACE: 'fleet',
        CORP_AGENTS__COORDINATOR__LEASE_MINUTES: '0.1',
        CORP_AGENTS__COORDINATOR__SWEEP_EVERY_MS: '300',
      });
      const company = await newCompany('fleet', {
        COORDINATOR_URL: coordinator.url,
        CORP_AGENTS__BACKTEST__BACKEND: 'coordinator',
        CORP_AGENTS__BACKTEST__FORWARD__POLL_MS: '200',
        CORP_AGENTS__BACKTEST__FORWARD__SETTLE_MS: '500',
        CORP_AGENTS__BACKTEST__FORWARD__TIMEOUT_MS: '2000',
        CORP_AGENTS__BACKTEST__FORWARD__BREAKER_OPEN_MS: '500',
        CORP_AGENTS__BACKTEST__FORWARD__UNITS_PER_MARKET: '3',
        CORP_AGENTS__BACKTEST__FORWARD__POPULATION_SIZE: '10',
        CORP_AGENTS__BACKTEST__FORWARD__GENERATIONS: '2',
        CORP_AGENTS__BACKTEST__DATA_DIRECTORIES: `[${testEnvironment.directory}]`,
        CORP_AGENTS__BACKTEST__FORWARD__MARKETS:
          '{AAA-USD: {dataFile: AAA-USD.csv, timeframe: 1h}, BBB-USD: {dataFile: BBB-USD.csv, timeframe: 1h}}',
      });
      onTestFinished(() => company.close());
      const { context, runRequest } = company;
      const startWorker = (instance: number): CorpProcess =>
        testEnvironment.corp(
          company.environment,
          ...['worker', '--coordinator', coordinator.url, '--data', testEnvironment.directory],
          ...['--instance', String(instance), '--wait', '1'],
        );
      const nodes = [company.node(), company.node()];
      const workers = [startWorker(1), startWorker(2)];
      await company.startCycle();
      const ended = company.cycleEnded();
      let isOver = false;
      ended.finally(() => (isOver = true)).catch(() => undefined);
      await eventually('trials come in', async () => (await context.stores.trials.ofCycle(runRequest.id)).length > 0);

      const kill = {
        redis: () => killService(testEnvironment, services, 'redis'),
        mongo: () => killService(testEnvironment, services, 'mongo'),
        coordinator: () => coordinator.replace(),
        async node() {
          const i = rng.integer(0, 1);
          await nodes[i]!.kill('SIGKILL');
          nodes[i] = company.node();
        },
        async worker() {
          const i = rng.integer(0, 1);
          await workers[i]!.kill('SIGKILL');
          workers[i] = startWorker(i + 1);
        },
      };
      let inCycle = 0;
      for (const victim of victims) {
        // A fixed moment, independent of progress: the time of the kill is part of the fault.
        await delay(rng.integer(50, LONGEST_PAUSE_MS));
        if (!isOver) inCycle += 1;
        await kill[victim]();
      }
      await ended;
      const forwarded = await eventually('what was forwarded has ended', async () => {
        const rows = await context.stores.forwarding.list({ limit: 100 });
        return rows.length > 0 && rows.every(({ endedAt }) => endedAt !== null) && rows;
      });
      for (const one of [...nodes, ...workers, coordinator.process()])
        expect(await one.kill('SIGTERM'), one.stderr().slice(-3000)).toEqual({ code: 0, signal: null });

      const research = await researchOf(context, runRequest.id);
      const ids = research.trials.map(({ id }) => id);
      await annotate(
        `${ids.length} trials; ${victims.length} deaths, ${inCycle} of them in the cycle; ` +
          `forwarded: ${forwarded.map(({ state, doneBy }) => `${state} by ${doneBy}`).join(', ')}`,
      );
      expect(inCycle).toBeGreaterThanOrEqual(leastInCycle);
      expect(ids.length).toBeGreaterThanOrEqual(trials);
      expect(new Set(ids).size).toBe(ids.length);
      expect(await violationsOf(context)).toEqual(NO_VIOLATIONS);
      expect(ofCycle(research)).toEqual(ofCycle(expected));
    },
  );
}
