import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runUnit } from '../../../queues/flows/cycle-flow.ts';
import { type QueueName } from '../../../queues/names.ts';
import { type Evaluator } from '../../../src/ports/evaluator.ts';
import { type WorkUnit } from '../../../src/domain/research/work-unit.ts';
import { openTestEnvironment, type TestEnvironment, type TestCompany } from '../../fixtures/company.ts';
import { storeSpec, OPENS, openMarkets, strategyHash } from '../../fixtures/synthetic-market.ts';
import { onSignal } from '../../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../../unit/research/trial-fixture.ts';

const MINUTE = 60_000;

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const inCompany =
  (use: (company: TestCompany) => Promise<void>, environment = {}) =>
  () =>
    testEnvironment.withCompany(use, { environment });

const unit: WorkUnit = {
  id: 'c1.screen.AAA-USD.u0',
  cycleId: 'c1',
  stage: 'screen',
  symbol: 'AAA-USD',
  timeframe: '1h',
  asOf: OPENS,
  items: [{ hash: 'h1', window: { from: 0, to: 40 } }],
  state: 'open',
};
const census = ({ ask }: TestCompany) => ask('worker-manager', 'census', {});

async function alertsTitled({ context }: TestCompany, title: string) {
  return (await context.stores.alerts.list(100)).filter((alert) => alert.title === title);
}

/** Deletes a job's keys from Redis. */
async function lose({ context }: TestCompany, name: QueueName, jobId: string): Promise<void> {
  const queue = context.producer.queue(name);
  const client = new Redis(testEnvironment.redisUrl);
  await client.multi().del(queue.toKey(jobId)).zrem(queue.toKey('prioritized'), jobId).exec();
  await client.quit();
}

describe('a job that a parent waits for and that is missing from Redis', () => {
  it(
    'is added again once when it is a work unit, and its parent continues after it',
    inCompany(async (company) => {
      const { context, node, until } = company;
      const { producer, stores } = context;
      await openMarkets(context, ['AAA-USD']);
      await storeSpec(context, 'h1', onSignal);
      await stores.workUnits.addMany([unit]);
      const child = runUnit({ id: 'c1' }, unit.id);
      const payload = { cycleId: 'c1', strategyHash: strategyHash('h1'), symbol: 'AAA-USD' };
      await producer.addFlow({ queue: 'optimizer', name: 'optimize', payload, jobId: 'parent', children: [child] });
      await node(['worker-manager']);
      expect(await census(company)).toMatchObject({ stalled: 0, putBack: 0 });

      await lose(company, 'backtest', child.jobId);
      expect(await census(company)).toMatchObject({ putBack: 1 });
      expect(await census(company)).toMatchObject({ putBack: 0 });
      expect(await producer.queue('backtest').getJobCountByTypes('prioritized')).toBe(1);
      expect(await alertsTitled(company, 'Child job missing')).toMatchObject([
        { key: `lost-job/backtest/${child.jobId}`, text: expect.stringMatching(/it was added again$/) as string },
      ]);

      const evaluator: Evaluator = {
        ...context.evaluator,
        evaluate: ({ items }) => Promise.resolve(items.map(() => metricsWith())),
      };
      await node(['backtest'], { evaluator });
      await company.ended('backtest', child.jobId);
      await until(async () => (await producer.queue('optimizer').getJobState('parent')) === 'prioritized');
      expect((await stores.workUnits.get(unit.id))?.state).toBe('done');
    }),
  );

  it(
    'is reported when it cannot be recreated',
    inCompany(async (company) => {
      const { producer } = company.context;
      const payload = { cycleId: 'c1', strategyHash: strategyHash('h1'), symbol: 'AAA-USD' };
      const child = {
        queue: 'analyst',
        name: 'analyze',
        payload: { cycleId: 'c1', symbol: 'AAA-USD' },
        jobId: 'gone',
      } as const;
      await producer.addFlow({ queue: 'optimizer', name: 'optimize', payload, jobId: 'parent', children: [child] });
      await company.node(['worker-manager']);
      await lose(company, 'analyst', 'gone');
      expect(await census(company)).toMatchObject({ putBack: 0 });
      await census(company);
      expect(await alertsTitled(company, 'Child job missing')).toMatchObject([{ key: 'lost-job/analyst/gone' }]);
    }),
  );
});

describe('a job that is active', () => {
  /** Takes a job like a worker that then stops renewing its lock. */
  async function takeOne({ context }: TestCompany, deadline?: number): Promise<string> {
    const jobId = await context.producer.add(
      'analyst',
      'analyze',
      { cycleId: 'c1', symbol: 'AAA-USD' },
      {
        meta: deadline === undefined ? {} : { deadline },
      },
    );
    const { connection, prefix } = context;
    const worker = new Worker('analyst', null, { connection, prefix, autorun: false, lockDuration: 600_000 });
    const job = await worker.getNextJob('a token');
    expect(job?.id).toBe(jobId);
    await worker.close(true);
    return jobId;
  }

  it(
    'without a lock is reported once, and only after a worker of its queue would have taken it over',
    inCompany(async (company) => {
      await company.node(['worker-manager']);
      const jobId = await takeOne(company);
      const queue = company.context.producer.queue('analyst');
      const client = await queue.backend.client;
      await client.del(queue.toKey(`${jobId}:lock`));
      expect(await census(company)).toMatchObject({ stalled: 0 });
      company.clock.pass(MINUTE);
      expect(await census(company)).toMatchObject({ stalled: 1 });
      expect(await census(company)).toMatchObject({ stalled: 1 });
      const [alert, ...more] = await alertsTitled(company, 'Stalled job');
      expect(more).toEqual([]);
      expect(alert?.text).toMatch(
        /^analyst:analyze .* has been active for 6\d s; no worker holds its lock: no node serves/,
      );
    }),
  );

  it(
    'is reported after its deadline, and not before',
    inCompany(async (company) => {
      await company.node(['worker-manager']);
      await takeOne(company, company.clock.now() + 2 * MINUTE);
      company.clock.pass(MINUTE);
      expect(await census(company)).toMatchObject({ stalled: 0 });
      company.clock.pass(2 * MINUTE);
      expect(await census(company)).toMatchObject({ stalled: 1 });
      const [alert] = await alertsTitled(company, 'Stalled job');
      expect(alert?.text).toMatch(/its deadline has passed$/);
    }),
  );
});

describe('the nodes that queues want', () => {
  it(
    'are computed from the waiting jobs and stored',
    inCompany(
      async (company) => {
        const { context, node } = company;
        await node(['worker-manager']);
        const { producer, stores } = context;
        for (let i = 0; i < 30; i += 1) await producer.add('backtest', 'run-unit', { unitId: `u${i}` });
        for (let i = 0; i < 3; i += 1)
          await producer.add('trader', 'settle', { account: 'a', symbols: ['A-USD'], timeframe: '1h', candleTime: i });
        await stores.agentStates.beat({
          agent: 'backtest',
          node: 'elsewhere',
          status: 'idle',
          lastSeen: company.clock.now(),
          startedAt: 0,
          completed: 10,
          failed: 0,
          busyMs: 40_000,
        });
        await census(company);
        const advice = new Map((await stores.scaling.list()).map((row) => [row.queue, row]));
        expect(advice.size).toBe(11);
        // 30 jobs of 4 s, two slots a node, 20 s: three nodes.
        expect(advice.get('backtest')).toMatchObject({ depth: 30, serviceSeconds: 4, slotsPerNode: 2, wanted: 3 });
        expect(advice.get('trader')).toMatchObject({ depth: 3, serial: true, wanted: 1 });
        expect(advice.get('analyst')).toMatchObject({ depth: 0, wanted: 1 });

        // The measured service time outlives its node, and scaling down waits for the hold time.
        await stores.agentStates.removeNode('elsewhere');
        await producer.queue('backtest').drain();
        await census(company);
        const later = (await stores.scaling.list()).find(({ queue }) => queue === 'backtest');
        expect(later).toMatchObject({ depth: 0, serviceSeconds: 4, wanted: 3, lowPeak: 1 });
        company.clock.pass(5 * MINUTE);
        await census(company);
        expect((await stores.scaling.list()).find(({ queue }) => queue === 'backtest')).toMatchObject({ wanted: 1 });
      },
      { CORP_AGENTS__SCALING__TARGET_DRAIN_SECONDS: '20' },
    ),
  );
});
