import { type Series } from '../market/series.ts';
import { type PriceLevel } from './analysis.ts';

const LOOKBACK = 500;
/** A pivot is higher (or lower) than this many bars on each side. */
const WING = 5;
const MAX_LEVELS = 6;

/**
 * Support and resistance levels: swing highs and lows of the last 500 bars, clustered. A pivot joins a cluster when it
 * lies within `tolerance` (quote currency) of the cluster's mean. Returns at most six levels, the most touched first.
 * Levels at or below the last close are support.
 */
export function priceLevels(series: Series, tolerance: number): PriceLevel[] {
  const price = series.close.at(-1)!;
  const clusters: { sum: number; touches: number }[] = [];
  for (const pivot of swingPivots(series).sort((a, b) => a - b)) {
    const last = clusters.at(-1);
    if (last && pivot - last.sum / last.touches <= tolerance) {
      last.sum += pivot;
      last.touches += 1;
    } else {
      clusters.push({ sum: pivot, touches: 1 });
    }
  }
  return clusters
    .map(({ sum, touches }): PriceLevel => {
      const level = sum / touches;
      return { price: level, touches, kind: level <= price ? 'support' : 'resistance' };
    })
    .sort((a, b) => b.touches - a.touches || Math.abs(a.price - price) - Math.abs(b.price - price))
    .slice(0, MAX_LEVELS);
}

/** Swing high and low prices. A pivot is known only after its right wing has closed. */
function swingPivots({ high, low, length }: Series): number[] {
  const pivots: number[] = [];
  for (let i = Math.max(WING, length - LOOKBACK); i < length - WING; i += 1) {
    let isTop = true;
    let isBottom = true;
    for (let k = 1; k <= WING; k += 1) {
      // Strict on the left side only, so that exactly one bar of a flat top counts.
      if (high[i - k]! >= high[i]! || high[i + k]! > high[i]!) isTop = false;
      if (low[i - k]! <= low[i]! || low[i + k]! < low[i]!) isBottom = false;
    }
    if (isTop) pivots.push(high[i]!);
    if (isBottom) pivots.push(low[i]!);
  }
  return pivots;
}
