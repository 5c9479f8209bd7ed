import { computeMetrics } from '../../../../src/domain/backtest/metrics/metrics.ts';
import { type FillModel } from '../../../../src/domain/backtest/result.ts';
import { resultHash } from '../../../../src/domain/backtest/result-hash.ts';
import { simulate } from '../../../../src/domain/backtest/oracle/simulate.ts';
import { coverageOf } from '../../../../src/domain/market/coverage.ts';
import { type Series } from '../../../../src/domain/market/series.ts';
import { type StrategySpec } from '../../../../src/domain/strategies/spec.ts';
import { type ReportInput } from '../../../../src/reports/backtest/report-input.ts';
import { randomSeries } from '../../market/series-fixture.ts';
import { realistic } from '../../backtest/spec-fixture.ts';

/** Trades often; has every exit reason except max-hold. */
export const crossing: StrategySpec = {
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: 'crosses-above', right: { indicator: 'sma', params: { period: 8 } } },
  exit: { left: { field: 'close' }, op: '<', right: { indicator: 'sma', params: { period: 20 } } },
  stop: { kind: 'percent', value: 0.01 },
  target: { kind: 'percent', value: 0.02 },
  trailing: { kind: 'atr', period: 5, multiple: 2 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};

/** Never enters. */
export const idle: StrategySpec = {
  ...crossing,
  entry: { left: { field: 'close' }, op: '<', right: { value: 1e-6 } },
};

/** A backtest as corp backtest runs it. */
export function playedInput(
  series: Series = randomSeries(7, 600, { gapShare: 0.02 }),
  spec: StrategySpec = crossing,
  model: FillModel = realistic,
  trialSharpes?: readonly number[],
): ReportInput {
  const simulation = simulate(series, spec, model);
  const window = { from: 0, to: series.length };
  const metrics = computeMetrics(simulation, series, window, { ...model, ...(trialSharpes && { trialSharpes }) });
  return {
    spec,
    dataFile: 'somewhere/TEST_ONE_HOUR.csv',
    series,
    coverage: coverageOf(series),
    model,
    simulation,
    metrics,
    resultHash: resultHash(simulation),
  };
}
