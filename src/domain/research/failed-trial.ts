import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

/** Metrics of a trial that could not be run: zero or null values, and the error. */
export function failedTrial(error: string): TrialMetrics {
  return {
    trades: 0,
    wins: 0,
    totalReturn: 0,
    sharpe: null,
    maxDrawdown: 0,
    grossProfit: 0,
    grossLoss: 0,
    profitFactor: null,
    exposure: 0,
    fees: 0,
    ambiguousTrades: 0,
    dailyReturns: [],
    error,
  };
}
