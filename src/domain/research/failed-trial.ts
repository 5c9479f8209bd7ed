import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

/** A trial that could not be run: everything undefined or zero, and the error that says why. */
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
