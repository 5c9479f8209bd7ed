import { once } from 'node:events';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLIENT_OPTIONS, workerOptions } from '../../queues/options.ts';
import { onSignal } from '../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../unit/research/trial-fixture.ts';
import { openPremises, type Premises } from '../fixtures/company.ts';
import { keepSpec, OPENS, openMarkets } from '../fixtures/synthetic-market.ts';

// Bug: work units lost with the worker that took them.

let premises: Premises;
beforeAll(async () => {
  premises = await openPremises();
});
afterAll(() => premises.close());

it('a unit whose worker is gone is done by another, and counts once', async () => {
  await premises.withCompany(async ({ office, node, ended }) => {
    await openMarkets(office, ['AAA-USD']);
    await keepSpec(office, 'h1', onSignal);
    const items = [{ hash: 'h1', window: { from: 0, to: 40 } }];
    const unit = { id: 'c1.u0', cycleId: 'c1', symbol: 'AAA-USD', timeframe: '1h', asOf: OPENS, items } as const;
    await office.stores.workUnits.addMany([{ ...unit, stage: 'screen', state: 'open' }]);
    const jobId = await office.producer.add('backtest', 'run-unit', { unitId: unit.id });

    const { lockMs, stalledCheckMs } = office.config.database.queues;
    const doomed = new Worker('backtest', () => new Promise(() => undefined), {
      connection: { url: office.redisUrl, ...CLIENT_OPTIONS.patient },
      prefix: office.prefix,
      ...workerOptions({ lockMs, stalledCheckMs }),
    });
    await once(doomed, 'active');
    await doomed.close(true);

    const evaluator = { ...office.evaluator, evaluate: async () => [metricsWith()] };
    await node(['backtest'], { evaluator });
    expect((await ended('backtest', jobId)).returnvalue).toMatchObject({ unitId: unit.id, recorded: 1 });
    expect(await office.stores.trials.count('c1')).toBe(1);
    expect(await office.stores.workUnits.get(unit.id)).toMatchObject({ state: 'done', trials: 1 });
  });
});
