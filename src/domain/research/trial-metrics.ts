import { drawdownOf } from '../backtest/metrics/drawdown.ts';
import { sharpeRatio } from '../statistics/sharpe.ts';
import { type Simulation, type Window } from '../backtest/result.ts';
import { type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { dailyReturns } from '../statistics/daily-returns.ts';
import { type TrialMetrics } from './trial.ts';

/** The figures of a trial, from a simulation of `series` in `window`. */
export function trialMetrics(
  simulation: Simulation,
  series: Series,
  window: Window,
  initialCash: number,
): TrialMetrics {
  const { trades, equity } = simulation;
  const returns = dailyReturns(series.time.subarray(window.from, window.to), equity, series.timeframe, initialCash);
  const profits = trades.map((trade) => trade.pnl / initialCash);
  const grossProfit = profits.reduce((sum, pnl) => sum + Math.max(0, pnl), 0);
  const grossLoss = profits.reduce((sum, pnl) => sum + Math.max(0, -pnl), 0);
  return {
    trades: trades.length,
    wins: profits.filter((pnl) => pnl > 0).length,
    totalReturn: (equity.at(-1) ?? initialCash) / initialCash - 1,
    sharpe: sharpeRatio(returns),
    maxDrawdown: drawdownOf(equity, initialCash, timeframeMs(series.timeframe)).max,
    grossProfit,
    grossLoss,
    profitFactor: grossLoss > 0 ? grossProfit / grossLoss : null,
    exposure: equity.length > 0 ? simulation.exposedBars / equity.length : 0,
    fees: trades.reduce((sum, trade) => sum + trade.fees, 0),
    ambiguousTrades: trades.filter((trade) => trade.ambiguous).length,
    dailyReturns: returns,
  };
}

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
