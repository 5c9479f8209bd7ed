import { describe, expect, it } from 'vitest';
import { createBacktest, type BacktestDeps } from '../../../../processors/backtest/agent.ts';
import { type Trial } from '../../../../src/domain/research/trial.ts';
import { type WorkUnit } from '../../../../src/domain/research/work-unit.ts';
import { metrics } from '../../../contract/stores/samples.ts';
import { market } from '../../../fixtures/synthetic-market.ts';
import { jobWith, NOON, testDeps } from '../agent/agent-fixture.ts';

const PLANNED = { seriesId: 'imported/BTC-USD/1h', dataset: 'a'.repeat(64) };
const UNIT: WorkUnit = {
  id: 'c1.screen.BTC-USD.u0',
  cycleId: 'c1',
  stage: 'screen',
  symbol: 'BTC-USD',
  timeframe: '1h',
  asOf: NOON,
  items: [{ hash: 's1', window: { from: 0, to: 10 } }],
  state: 'open',
};

/** Runs the unit on a node that has these candles. */
async function run(unit: WorkUnit, here: typeof PLANNED) {
  const recorded: Trial[] = [];
  const deps = {
    ...testDeps(),
    stores: {
      workUnits: { get: async () => unit, finish: async () => undefined },
      strategies: { getMany: async () => [{ hash: 's1', spec: {} }] },
      trials: { recordMany: async (trials: readonly Trial[]) => recorded.push(...trials) },
    },
    data: { market: async () => market('BTC-USD'), identity: async () => here },
    evaluator: { evaluate: async () => [metrics] },
    fill: {},
    node: 'n1',
  } as unknown as BacktestDeps;
  const job = jobWith('run-unit', { meta: {}, payload: { unitId: unit.id } });
  await createBacktest(deps).process(Object.assign(job, { updateProgress: async () => undefined }), 'token', undefined);
  return recorded;
}

describe('a work unit', () => {
  it('makes trials that name the data they were run on', async () => {
    expect(await run({ ...UNIT, ...PLANNED }, PLANNED)).toMatchObject([PLANNED]);
  });

  it('is refused by a node with other candles than it was planned on', async () => {
    const elsewhere = { ...PLANNED, dataset: 'b'.repeat(64) };
    await expect(run({ ...UNIT, ...PLANNED }, elsewhere)).rejects.toThrow('other candles');
  });

  it('of an older version, which names no data, runs', async () => {
    expect(await run(UNIT, PLANNED)).toMatchObject([PLANNED]);
  });
});
