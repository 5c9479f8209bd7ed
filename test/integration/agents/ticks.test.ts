import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signalsJobId } from '../../../queues/flows/tick-flow.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { createJobWaiter } from '../../../src/feed/job-waiter.ts';
import { createTickRunner } from '../../../src/feed/run-tick.ts';
import { metrics } from '../../contract/stores/samples.ts';
import { openTestEnvironment, type TestCompany, type TestEnvironment } from '../../fixtures/company.ts';
import { HOUR, OPENS, openMarkets } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const inCompany = (use: (company: TestCompany) => Promise<void>) => () => testEnvironment.withCompany(use);

describe('the result of an added job', () => {
  it(
    'comes with its event: of a failed one, and of one that is gone, there is none',
    inCompany(async ({ context, node }) => {
      const { producer } = context;
      const waiter = createJobWaiter(context, 'worker-manager');
      const asked = (jobId: string, payload: object) =>
        waiter.resultOf(jobId, () => producer.addUnchecked('worker-manager', 'noop', payload, { jobId }));
      try {
        const removed = waiter.resultOf('gone', async () => undefined);
        await node(['worker-manager']);
        expect(await asked('j1', { n: 7 })).toEqual({ n: 7 });
        const broken = waiter.resultOf('j2', () =>
          producer.queue('worker-manager').add('noop', { meta: {}, payload: { n: 'x' } }, { jobId: 'j2', attempts: 1 }),
        );
        expect(await broken).toBeUndefined();
        expect(await removed).toBeUndefined();
      } finally {
        await waiter.close();
      }
    }),
  );

  it(
    'is not waited for after an abort',
    inCompany(async ({ context }) => {
      const waiter = createJobWaiter(context, 'worker-manager');
      const stop = new AbortController();
      const waiting = waiter.resultOf('never', async () => stop.abort(), {
        abortSignal: stop.signal,
      });
      expect(await waiting).toBeUndefined();
      await waiter.close();
    }),
  );
});

describe('a tick', () => {
  it(
    'has no signals while the account has no strategy, and each job once when it is repeated',
    inCompany(async ({ context, node, ended }) => {
      const { stores, producer } = context;
      await openMarkets(context, ['AAA-USD']);
      await node(['trader', 'analyst', 'risk-manager', 'ceo']);
      const now = OPENS + HOUR;
      await setMarketTime(context, now);
      const tick = { account: 'paper', timeframe: '1h', candleTime: OPENS } as const;
      const settled = async (): Promise<number | undefined> =>
        (await ended('trader', `tick-settle.paper.1h.t${OPENS}`)).finishedOn;
      const ticks = createTickRunner(context);
      try {
        await ticks.run(now);
        const first = await settled();
        expect(await producer.queue('analyst').getJob(signalsJobId(tick))).toBeUndefined();
        await ticks.run(now);
        expect(await settled()).toBe(first);

        const evidence = { reason: 'test', rank: 0, cycleId: 'test', outOfSample: metrics, updatedAt: 0 };
        const place = { account: 'paper', symbol: 'AAA-USD', timeframe: '1h', state: 'active' } as const;
        await stores.portfolio.put({ ...place, strategyHash: 'a'.repeat(64), ...evidence });
        await setMarketTime(context, now + HOUR);
        await ticks.run(now + HOUR);
        const signals = await ended('analyst', signalsJobId({ ...tick, candleTime: now }));
        expect(signals.returnvalue).toEqual({ intents: [], incubation: [], failed: [] });
      } finally {
        await ticks.close();
      }
    }),
  );
});
