import { type TrialMetrics } from '../metrics/trial-metrics.ts';
import { sharpeRatio } from '../../statistics/sharpe.ts';
import { type EnginePlan } from './engine-plan.ts';
import { REASON_CODES, type TradeTape } from './trade-tape.ts';
import { deepestDrawdown } from './deepest-drawdown.ts';
import { tapeDailyReturns } from './tape-daily-returns.ts';

/** Computes the metrics of a trial from its trades alone, bit for bit equal to those of the full simulation. */
export function measureTape(plan: EnginePlan, tape: TradeTape): TrialMetrics {
  const { count, pnl, entryBar, exitBar, entryFee, exitFee, reason, ambiguous } = tape;
  const { initialCash } = plan.model;
  let wins = 0;
  let grossProfit = 0;
  let grossLoss = 0;
  let fees = 0;
  let exposedBars = 0;
  let ambiguousTrades = 0;
  for (let n = 0; n < count; n += 1) {
    const profit = pnl[n]! / initialCash;
    if (profit > 0) wins += 1;
    grossProfit += Math.max(0, profit);
    grossLoss += Math.max(0, -profit);
    fees += entryFee[n]! + exitFee[n]!;
    exposedBars += heldBars(entryBar[n]!, exitBar[n]!, reason[n]!);
    ambiguousTrades += ambiguous[n]!;
  }
  const returns = tapeDailyReturns(plan, tape);
  return {
    trades: count,
    wins,
    totalReturn: tape.finalCash / initialCash - 1,
    sharpe: sharpeRatio(returns),
    maxDrawdown: deepestDrawdown(plan, tape),
    grossProfit,
    grossLoss,
    profitFactor: grossLoss > 0 ? grossProfit / grossLoss : null,
    exposure: exposedBars / (plan.window.to - plan.window.from),
    fees,
    ambiguousTrades,
    dailyReturns: returns,
  };
}

/**
 * Bars at whose close the position was open: all before its exit, plus the last bar when the end of the data closed it.
 */
export function heldBars(entryBar: number, exitBar: number, reason: number): number {
  return exitBar - entryBar + (reason === REASON_CODES['end-of-data'] ? 1 : 0);
}
