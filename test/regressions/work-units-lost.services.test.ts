import { once } from 'node:events';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOptions, workerOptions } from '../../queues/options.ts';
import { onSignal } from '../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../unit/research/trial-fixture.ts';
import { openTestEnvironment, type TestEnvironment } from '../fixtures/company.ts';
import { storeSpec, OPENS, openMarkets } from '../fixtures/synthetic-market.ts';

// Bug: work units were lost when their worker died.

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

it('a unit whose worker died is executed by another, and counts once', async () => {
  await testEnvironment.withCompany(async ({ context, node, ended }) => {
    await openMarkets(context, ['AAA-USD']);
    await storeSpec(context, 'h1', onSignal);
    const items = [{ hash: 'h1', window: { from: 0, to: 40 } }];
    const unit = { id: 'c1.u0', cycleId: 'c1', symbol: 'AAA-USD', timeframe: '1h', asOf: OPENS, items } as const;
    await context.stores.workUnits.addMany([{ ...unit, stage: 'screen', state: 'open' }]);
    const jobId = await context.producer.add('backtest', 'run-unit', { unitId: unit.id });

    const { lockMs, stalledCheckMs } = context.config.database.queues;
    const doomed = new Worker('backtest', () => new Promise(() => undefined), {
      connection: { url: context.redisUrl, ...clientOptions('patient', Math.random) },
      prefix: context.prefix,
      ...workerOptions({ lockMs, stalledCheckMs }),
    });
    await once(doomed, 'active');
    await doomed.close(true);

    const evaluator = { ...context.evaluator, evaluate: async () => [metricsWith()] };
    await node(['backtest'], { evaluator });
    expect((await ended('backtest', jobId)).returnvalue).toMatchObject({ unitId: unit.id, recorded: 1 });
    expect(await context.stores.trials.count('c1')).toBe(1);
    expect(await context.stores.workUnits.get(unit.id)).toMatchObject({ state: 'done', trials: 1 });
  });
});
