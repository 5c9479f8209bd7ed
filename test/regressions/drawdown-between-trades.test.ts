import { expect, it } from 'vitest';
import { simulate } from '../../src/domain/backtest/oracle/simulate.ts';
import { trialMetrics } from '../../src/domain/research/trial-metrics.ts';
import { free, onSignal, SIGNAL } from '../unit/backtest/spec-fixture.ts';
import { seriesOf } from '../unit/market/series-fixture.ts';

// Bug: drawdown taken only between trades.

it('a trade that was under water before it won has a drawdown', () => {
  const series = seriesOf([
    [100, 101, 100, SIGNAL],
    // In at 100; down to a close of 98.5, which the stop at 98 survives; then the target at 103.
    [100, 100.2, 99.8, 100],
    [100, 100, 98.4, 98.5],
    [98.5, 104, 98.5, 103.5],
  ]);
  const simulation = simulate(series, onSignal, free);
  expect(simulation.trades).toMatchObject([{ reason: 'target', exitPrice: 103 }]);
  const { maxDrawdown, wins } = trialMetrics(simulation, series, { from: 0, to: 4 }, free.initialCash);
  expect(wins).toBe(1);
  // Half of the cash was in it: 1.5 % of half.
  expect(maxDrawdown).toBeCloseTo(0.0075, 6);
});
