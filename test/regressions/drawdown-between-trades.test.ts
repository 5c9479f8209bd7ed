import { expect, it } from 'vitest';
import { createEngine } from '../../src/domain/backtest/engine/engine.ts';
import { simulate } from '../../src/domain/backtest/oracle/simulate.ts';
import { literalMetrics } from '../fixtures/engine/literal-metrics.ts';
import { free, onSignal, SIGNAL } from '../unit/backtest/spec-fixture.ts';
import { seriesOf } from '../unit/market/series-fixture.ts';

// Bug: drawdown taken only between trades.

const series = seriesOf([
  [100, 101, 100, SIGNAL],
  // Entry at 100; down to a close of 98.5, above the stop at 98; then the target at 103.
  [100, 100.2, 99.8, 100],
  [100, 100, 98.4, 98.5],
  [98.5, 104, 98.5, 103.5],
]);
const window = { from: 0, to: 4 };

it.each([
  ['engine', () => createEngine(series).measure(onSignal, free, window)],
  ['oracle', () => literalMetrics(simulate(series, onSignal, free, window), series, window, free.initialCash)],
])('a trade that was under water before it won has a drawdown in the figures of the %s', (_name, figures) => {
  expect(simulate(series, onSignal, free).trades).toMatchObject([{ reason: 'target', exitPrice: 103 }]);
  const { maxDrawdown, wins } = figures();
  expect(wins).toBe(1);
  // Half of the cash was invested: 1.5 % of half.
  expect(maxDrawdown).toBeCloseTo(0.0075, 6);
});
