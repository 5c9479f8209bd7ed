import { sharpeRatio } from '../statistics/sharpe.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

/** Maximum drawdown of compounded returns, as a fraction. */
function drawdownOf(returns: readonly number[]): number {
  let value = 1;
  let peak = 1;
  let deepest = 0;
  for (const r of returns) {
    value *= 1 + r;
    peak = Math.max(peak, value);
    deepest = Math.max(deepest, (peak - value) / peak);
  }
  return deepest;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Joins the metrics of consecutive windows into one account: returns compound, trades add up. The drawdown is the
 * larger of that of the joined daily returns and the largest within a window, because daily values hide intraday falls.
 */
export function joinWindows(windows: readonly TrialMetrics[]): TrialMetrics {
  const dailyReturns = windows.flatMap((window) => window.dailyReturns);
  const grossProfit = sum(windows.map((window) => window.grossProfit));
  const grossLoss = sum(windows.map((window) => window.grossLoss));
  const failed = windows.find((window) => window.error !== undefined)?.error;
  return {
    trades: sum(windows.map((window) => window.trades)),
    wins: sum(windows.map((window) => window.wins)),
    totalReturn: windows.reduce((value, window) => value * (1 + window.totalReturn), 1) - 1,
    sharpe: sharpeRatio(dailyReturns),
    maxDrawdown: Math.max(drawdownOf(dailyReturns), ...windows.map((window) => window.maxDrawdown)),
    grossProfit,
    grossLoss,
    profitFactor: grossLoss > 0 ? grossProfit / grossLoss : null,
    exposure: windows.length > 0 ? sum(windows.map((window) => window.exposure)) / windows.length : 0,
    fees: sum(windows.map((window) => window.fees)),
    ambiguousTrades: sum(windows.map((window) => window.ambiguousTrades)),
    dailyReturns,
    ...(failed !== undefined && { error: failed }),
  };
}
