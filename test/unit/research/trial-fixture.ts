import { createRng } from '../../../src/domain/random/rng.ts';
import { type Trial } from '../../../src/domain/research/trial.ts';
import { type TrialMetrics } from '../../../src/domain/backtest/metrics/trial-metrics.ts';

/** A seeded sample of daily returns around a mean. */
export function returnsOf(seed: number, days: number, mean: number, spread = 0.01): readonly number[] {
  const rng = createRng(seed);
  return Array.from({ length: days }, () => mean + spread * rng.normal());
}

/** A trial that passes every test, with the given metrics changed. */
export const metricsWith = (patch: Partial<TrialMetrics> = {}): TrialMetrics => ({
  trades: 40,
  wins: 25,
  totalReturn: 0.3,
  sharpe: 2,
  maxDrawdown: 0.1,
  grossProfit: 0.5,
  grossLoss: 0.2,
  profitFactor: 2.5,
  exposure: 0.5,
  fees: 100,
  ambiguousTrades: 0,
  dailyReturns: returnsOf(1, 200, 0.003),
  ...patch,
});

export const trialWith = (patch: Partial<Trial> = {}, metrics: Partial<TrialMetrics> = {}): Trial => ({
  id: 't1',
  cycleId: 'c1',
  unitId: 'u1',
  stage: 'screen',
  strategyHash: 'h1',
  symbol: 'BTC-USD',
  timeframe: '1h',
  window: { from: 0, to: 1000 },
  metrics: metricsWith(metrics),
  ...patch,
});
