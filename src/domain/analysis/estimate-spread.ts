import { type OrderBook } from '../market/market.ts';
import { FLAGS, type Series } from '../market/series.ts';

const WINDOW = 200;
const K = 3 - 2 * Math.SQRT2;

/** (ask - bid) / mid at the best prices; null when a side is empty or the sides cross. */
export function bookSpread({ bids, asks }: OrderBook): number | null {
  const bid = bids[0]?.price;
  const ask = asks[0]?.price;
  if (bid === undefined || ask === undefined || !(bid > 0 && ask >= bid)) return null;
  return (ask - bid) / ((ask + bid) / 2);
}

/**
 * Relative spread estimated from highs and lows, for markets without a book: Corwin and Schultz (2012), "A simple way
 * to estimate bid-ask spreads from daily high and low prices". Mean over the last 200 pairs of real bars. As in the
 * paper, negative estimates count as 0 and the second bar is shifted over the gap between the two. Null when there is
 * no pair.
 */
export function estimateSpread({ high, low, close, filled, length }: Series): number | null {
  let sum = 0;
  let pairs = 0;
  for (let i = Math.max(1, length - WINDOW); i < length; i += 1) {
    if (filled[i] !== FLAGS.real || filled[i - 1] !== FLAGS.real) continue;
    const gap = Math.max(0, low[i]! - close[i - 1]!) + Math.min(0, high[i]! - close[i - 1]!);
    sum += pairSpread(high[i - 1]!, low[i - 1]!, high[i]! - gap, low[i]! - gap);
    pairs += 1;
  }
  return pairs > 0 ? sum / pairs : null;
}

function pairSpread(high1: number, low1: number, high2: number, low2: number): number {
  const beta = Math.log(high1 / low1) ** 2 + Math.log(high2 / low2) ** 2;
  const gamma = Math.log(Math.max(high1, high2) / Math.min(low1, low2)) ** 2;
  const alpha = (Math.sqrt(2 * beta) - Math.sqrt(beta)) / K - Math.sqrt(gamma / K);
  return Math.max(0, (2 * (Math.exp(alpha) - 1)) / (1 + Math.exp(alpha)));
}
