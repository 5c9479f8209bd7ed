import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type ClosedTrade } from './closed-trades.ts';

/** With fewer closed trades, results say nothing. */
const MIN_TRADES = 10;
/** Results this improbable under the backtest end a holding. */
const MAX_PROBABILITY = 0.01;

/** Probability of at most `wins` among `trades` independent trades that win with probability `rate`, 0 < rate < 1. */
export function atMostWins(wins: number, trades: number, rate: number): number {
  let term = (1 - rate) ** trades;
  let sum = term;
  for (let k = 1; k <= wins; k += 1) {
    term *= ((trades - k + 1) / k) * (rate / (1 - rate));
    sum += term;
  }
  return Math.min(1, sum);
}

/**
 * Why the results of a holding are improbable if its backtest is right; null when they are not. The share of winning trades
 * of the backtest is taken with one win and one loss more, so that few trades promise little.
 */
export function improbableResults(
  trades: readonly Pick<ClosedTrade, 'pnl'>[],
  backtest: Pick<TrialMetrics, 'trades' | 'wins'>,
): string | null {
  if (trades.length < MIN_TRADES) return null;
  const wins = trades.filter(({ pnl }) => pnl > 0).length;
  const rate = (backtest.wins + 1) / (backtest.trades + 2);
  const probability = atMostWins(wins, trades.length, rate);
  if (probability >= MAX_PROBABILITY) return null;
  return `${wins} of ${trades.length} trades won, ${(rate * 100).toFixed(0)} % did in the backtest: probability ${(probability * 100).toFixed(2)} %, the limit is ${MAX_PROBABILITY * 100} %`;
}
