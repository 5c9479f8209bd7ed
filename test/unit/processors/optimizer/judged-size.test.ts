import { expect, it } from 'vitest';
import { createOptimizer, type OptimizerDeps } from '../../../../processors/optimizer/agent.ts';
import { walkForwardSplit } from '../../../../src/domain/research/split.ts';
import { type Trial } from '../../../../src/domain/research/trial.ts';
import { strategyOf } from '../../../../src/domain/strategies/strategy.ts';
import { buildSpec, templates } from '../../../../src/domain/strategies/families/families.ts';
import { hashSpec } from '../../../../src/domain/strategies/hash-spec.ts';
import { type EvaluationRequest } from '../../../../src/ports/evaluator.ts';
import { LIMITS } from '../../../fixtures/risk-limits.ts';
import { market } from '../../../fixtures/synthetic-market.ts';
import { trialWith } from '../../research/trial-fixture.ts';
import { jobWith, NOON, testDeps } from '../agent/agent-fixture.ts';

const FAMILY = 'breakout';
const [BARS, FOLDS, TEST_SHARE] = [1000, 3, 0.4];

it('the windows that the gates judge are measured at the size that the limits leave, under the name of the strategy', async () => {
  const parameters = { ...templates(FAMILY)[0]!.parameters, sizing: 'fraction', fraction: 0.75 };
  const spec = buildSpec(FAMILY, parameters);
  const hash = hashSpec(spec);
  const { folds } = walkForwardSplit(BARS, FOLDS, TEST_SHARE);
  const grid = folds.map(({ train }) => trialWith({ strategyHash: hash, stage: 'grid', window: train }));
  const asked: EvaluationRequest[] = [];
  const recorded: Trial[] = [];
  const items = folds.map(({ train }) => ({ hash, window: train }));
  const units = [{ id: `c1.grid.BTC-USD.h${hash.slice(0, 16)}.0`, stage: 'grid', symbol: 'BTC-USD', items }];
  const stores = {
    cycles: { get: async () => ({ id: 'c1', timeframe: '1h', asOf: NOON }) },
    trials: {
      ofCycle: async () => grid,
      getMany: async () => grid,
      recordMany: async (rows: readonly Trial[]) => recorded.push(...rows),
    },
    strategies: {
      getMany: async () => [strategyOf({ hash, family: FAMILY, parameters, spec, origin: 'random' }, NOON)],
    },
    workUnits: { ofCycle: async () => units },
    optimizations: { save: async () => undefined },
  };
  const deps = {
    ...testDeps(),
    stores,
    data: {
      series: async () => ({ length: BARS }),
      market: async () => market('BTC-USD'),
      identity: async () => ({ seriesId: 's', dataset: 'd' }),
    },
    evaluator: {
      evaluate: async (request: EvaluationRequest) => {
        asked.push(request);
        return request.items.map(() => grid[0]!.metrics);
      },
    },
    limits: LIMITS,
    fill: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false, initialCash: 100_000 },
    folds: FOLDS,
    testShare: TEST_SHARE,
    minTrades: 1,
  } as unknown as OptimizerDeps;
  const job = jobWith('optimize', { meta: {}, payload: { cycleId: 'c1', strategyHash: hash, symbol: 'BTC-USD' } });
  await createOptimizer(deps).process(job, 'token', undefined);
  const sizes = asked.flatMap(({ items }) => items.map((item) => item.spec.sizing));
  const traded = { kind: 'fraction', fraction: LIMITS.maxAssetExposure * (1 + market('BTC-USD').takerFeeRate) };
  expect(sizes).toEqual(folds.map(() => traded));
  expect(recorded.map(({ strategyHash, stage }) => [strategyHash, stage])).toEqual(
    folds.map(() => [hash, 'walk-forward']),
  );
});
