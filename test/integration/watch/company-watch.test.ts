import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { upsertSchedules } from '../../../queues/schedulers.ts';
import { type Alert } from '../../../src/ports/records.ts';
import { announceCompany, findCompany } from '../../../src/runtime/company-descriptor.ts';
import { compareAuditHead } from '../../../src/runtime/watch/audit-head.ts';
import { startCompanyWatch, type CompanyWatch } from '../../../src/runtime/watch/company-watch.ts';
import { reportReplacedStore } from '../../../src/runtime/watch/report-replaced-store.ts';
import { openTestEnvironment, type TestCompany, type TestEnvironment } from '../../fixtures/company.ts';

const EVERY_MS = 20;

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

interface Watched extends TestCompany {
  readonly watch: CompanyWatch;
  readonly redis: Redis;
  readonly fatal: Promise<Error>;
  /** Resolves with the newest alert of this title. */
  readonly alert: (title: string) => Promise<Alert>;
}

const inWatchedCompany = (use: (company: Watched) => Promise<void>) => () =>
  testEnvironment.withCompany(async (company) => {
    const { context } = company;
    const { descriptor, producer, config, stores } = context;
    const { schedules } = config.agents;
    const { redisUrl, mongoUrl } = testEnvironment;
    await announceCompany(redisUrl, config.database.namespace, descriptor);
    await upsertSchedules(producer, descriptor.account, schedules);
    let fail: (error: Error) => void = () => undefined;
    const fatal = new Promise<Error>((resolve) => (fail = resolve));
    const redis = new Redis(redisUrl);
    const watch = startCompanyWatch({ context, mongoUrl, schedules, onFatal: fail, everyMs: EVERY_MS });
    const alert = async (title: string): Promise<Alert> => {
      let found: Alert | undefined;
      await expect
        .poll(async () => (found = (await stores.alerts.list(100)).find((one) => one.title === title)), {
          interval: EVERY_MS,
        })
        .toBeDefined();
      return found!;
    };
    try {
      await use({ ...company, watch, redis, fatal, alert });
    } finally {
      await watch.close();
      redis.disconnect();
    }
  });

it(
  'an emptied Redis has card, schedules, the limit of money queues and the jobs of cycles again, and an alert says so',
  inWatchedCompany(async ({ context, redis, alert }) => {
    const { producer, descriptor, config } = context;
    const { namespace } = config.database;
    await redis.flushall();
    const { text, severity } = await alert('Redis has lost data');
    expect(severity).toBe('critical');
    expect(text).toMatch(
      /^Redis had lost the card of the company, schedule ceo:supervise, .*running cycles are queued/,
    );
    expect(await findCompany(testEnvironment.redisUrl, namespace)).toEqual(descriptor);
    for (const [queue, name] of [
      ['ceo', 'supervise'],
      ['worker-manager', 'census'],
      ['task-manager', 'sweep'],
      ['risk-manager', 'monitor'],
    ] as const)
      expect(await producer.queue(queue).getJobScheduler(name), name).toBeDefined();
    for (const queue of ['risk-manager', 'trader'] as const)
      expect(await producer.queue(queue).getGlobalConcurrency()).toBe(1);
    const names = async (queue: 'task-manager' | 'trader'): Promise<string[]> =>
      (await producer.queue(queue).getJobs(['prioritized', 'waiting'])).map(({ name }) => name);
    expect(await names('task-manager')).toContain('sweep');
    expect(await names('trader')).toContain('reconcile');
  }),
);

it(
  'one schedule that is removed comes back',
  inWatchedCompany(async ({ context, alert }) => {
    await context.producer.queue('ceo').removeJobScheduler('supervise');
    expect((await alert('Redis has lost data')).text).toMatch(/^Redis had lost schedule ceo:supervise: /);
  }),
);

it(
  'a process that takes jobs without a heartbeat in the store is reported, a node is not',
  inWatchedCompany(async ({ context, node, alert, watch }) => {
    await node(['ceo']);
    const { prefix, redisUrl, stores } = context;
    const connection = { url: redisUrl, maxRetriesPerRequest: null };
    const foreign = new Worker('trader', async () => undefined, { prefix, name: 'elsewhere.1', connection });
    try {
      expect((await alert('Unknown node')).text).toMatch(
        /^elsewhere\.1 at 127\.0\.0\.1:\d+ takes jobs of this company/,
      );
      // The alert precedes it.
      await expect.poll(() => watch.problems()).toEqual({ nodes: 'unknown: elsewhere.1' });
    } finally {
      await foreign.close();
    }
    await expect.poll(() => watch.problems()).toEqual({});
    expect((await stores.alerts.list(100)).filter(({ title }) => title === 'Unknown node')).toHaveLength(1);
  }),
);

it(
  'a queue whose keys were overwritten makes the company not ready',
  inWatchedCompany(async ({ context, redis, watch }) => {
    await redis.set(`${context.prefix}:optimizer:wait`, 'x');
    await expect
      .poll(() => watch.problems())
      .toMatchObject({
        queues: expect.stringMatching(/^optimizer cannot be used: .*WRONGTYPE/) as string,
      });
    await redis.del(`${context.prefix}:optimizer:wait`);
    await expect.poll(() => watch.problems()).toEqual({});
  }),
);

it(
  'a store that was replaced by an older copy ends the company, and the next start reduces trading',
  inWatchedCompany(async ({ context, redis, fatal, alert, watch }) => {
    const { stores, prefix, descriptor, redisUrl } = context;
    const { account, source } = descriptor;
    await stores.feed.advance({ source, now: Date.UTC(2026, 0, 1), updatedAt: 0 });
    await stores.audit.append({ key: 'a', actor: 'a', action: 'b', subject: 'c', at: 1, data: {} });
    const copy = async (): Promise<unknown> => JSON.parse((await redis.get(`${prefix}:audit-head`)) ?? 'null');
    const head = await stores.audit.head();
    await expect.poll(copy).toEqual({ seq: 1, hash: head?.hash });
    // As Redis is when the store is put back to a copy from before.
    await redis.set(`${prefix}:audit-head`, JSON.stringify({ seq: 7, hash: 'f'.repeat(64) }));
    expect(await fatal).toMatchObject({ code: 'store-replaced' });
    // A round that has compared already would renew the copies that this test writes.
    await watch.close();

    // The evidence is still there for the next start.
    const found: string[] = [];
    const start = (): Promise<void> =>
      compareAuditHead(redisUrl, stores.audit, prefix, async (problem) => {
        found.push(problem);
        await reportReplacedStore(context, account, problem);
      });
    await start();
    expect(found).toEqual(['the store is an older copy: its audit log ends at record 1, Redis knows record 7']);
    expect(await stores.riskState.get(account)).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
    expect((await alert('Trouble: venue-differs')).text).toContain('the store is an older copy');
    // Said once: from then on the copy is that of this store.
    await start();
    expect(found).toHaveLength(1);
    await redis.set(`${prefix}:audit-head`, JSON.stringify({ seq: 1, hash: 'f'.repeat(64) }));
    await start();
    expect(found[1]).toMatch(/^the store is another one: record 1 /);
  }),
);
