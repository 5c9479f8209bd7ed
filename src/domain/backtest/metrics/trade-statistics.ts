import { mean, variance } from '../../statistics/moments.ts';
import { EXIT_REASONS, type ExitReason, type Trade } from '../result.ts';

/**
 * Statistics over all trades. Returns are fractions of the entry's notional, money is in quote currency, all after
 * fees.
 */
export interface TradeStatistics {
  readonly trades: number;
  readonly wins: number;
  readonly winRate: number | null;
  readonly bestTrade: number | null;
  readonly worstTrade: number | null;
  readonly averageTrade: number | null;
  /** From the open of the entry bar to the open of the exit bar. */
  readonly averageTradeMs: number | null;
  readonly maxTradeMs: number | null;
  /** Sums over winning and over losing trades; the loss is positive. */
  readonly grossProfit: number;
  readonly grossLoss: number;
  /** Null without a losing trade. */
  readonly profitFactor: number | null;
  /** Mean pnl per trade. */
  readonly expectancy: number | null;
  /** System quality number: root of the number of trades x mean / standard deviation (ddof 1) of their pnl. */
  readonly sqn: number | null;
  /** A trade of exactly 0 is neither a win nor a loss in a run. */
  readonly maxConsecutiveWins: number;
  readonly maxConsecutiveLosses: number;
  readonly byExitReason: Readonly<Record<ExitReason, ExitBreakdown>>;
}

/** Statistics per exit reason; `end-of-data` holds positions still open at the end (docs/simulation-rules.md rule 12). */
export interface ExitBreakdown {
  readonly trades: number;
  readonly wins: number;
  readonly pnl: number;
}

/** Return of a trade as a fraction of the entry's notional, after fees. */
export function tradeReturn({ pnl, entryPrice, quantity }: Trade): number {
  return pnl / (entryPrice * quantity);
}

export function tradeStatistics(trades: readonly Trade[]): TradeStatistics {
  const pnls = trades.map((trade) => trade.pnl);
  const returns = trades.map(tradeReturn);
  const durations = trades.map((trade) => trade.exitTime - trade.entryTime);
  const wins = pnls.filter((pnl) => pnl > 0);
  const losses = pnls.filter((pnl) => pnl <= 0);
  const grossLoss = -sum(losses);
  const spread = variance(pnls);
  const traded = trades.length > 0;
  return {
    trades: trades.length,
    wins: wins.length,
    winRate: traded ? wins.length / trades.length : null,
    bestTrade: traded ? largest(returns) : null,
    worstTrade: traded ? -largest(returns.map((value) => -value)) : null,
    averageTrade: traded ? mean(returns) : null,
    averageTradeMs: traded ? mean(durations) : null,
    maxTradeMs: traded ? largest(durations) : null,
    grossProfit: sum(wins),
    grossLoss: grossLoss === 0 ? 0 : grossLoss,
    profitFactor: grossLoss > 0 ? sum(wins) / grossLoss : null,
    expectancy: traded ? mean(pnls) : null,
    sqn: spread > 0 ? (Math.sqrt(trades.length) * mean(pnls)) / Math.sqrt(spread) : null,
    maxConsecutiveWins: longestRun(pnls, (pnl) => pnl > 0),
    maxConsecutiveLosses: longestRun(pnls, (pnl) => pnl < 0),
    byExitReason: breakdown(trades),
  };
}

function breakdown(trades: readonly Trade[]): Record<ExitReason, ExitBreakdown> {
  const of = (reason: ExitReason): ExitBreakdown => {
    const pnls = trades.filter((trade) => trade.reason === reason).map((trade) => trade.pnl);
    return { trades: pnls.length, wins: pnls.filter((pnl) => pnl > 0).length, pnl: sum(pnls) };
  };
  return Object.fromEntries(EXIT_REASONS.map((reason) => [reason, of(reason)])) as Record<ExitReason, ExitBreakdown>;
}

function longestRun(values: readonly number[], belongs: (value: number) => boolean): number {
  let run = 0;
  let longest = 0;
  for (const value of values) {
    run = belongs(value) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
