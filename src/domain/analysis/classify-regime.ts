import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { type Regime } from './analysis.ts';

/** Number of past bars that the current range is ranked against. */
const HISTORY = 300;
const SLOPE_BARS = 10;
const TREND_ADX = 25;
/** Minimum movement of the 50-bar average, in ATRs per bar, for a trend. */
const TREND_SLOPE = 0.03;
/** Limits on rank and ratio to the median; a bar must pass both to count as stormy or calm. */
const STORMY = { rank: 0.95, ofMedian: 1.5 };
const CALM = { rank: 0.1, ofMedian: 0.75 };

export interface RegimeReading {
  readonly regime: Regime;
  readonly adx: number;
  /** Movement of the 50-bar average in ATRs per bar. */
  readonly slope: number;
  /** Share of the last bars whose range, relative to price, was below the current one, 0..1. */
  readonly volatilityRank: number;
  /** The current range as a multiple of the median range. */
  readonly volatilityRatio: number;
}

/**
 * Classifies the market at a bar. Extreme volatility is tested first, then trend. `bar` must be one at which the ADX is
 * defined.
 */
export function classifyRegime(cache: IndicatorCache, bar: number = cache.series.length - 1): RegimeReading {
  const atr = cache.column('atr', { period: 14 });
  const average = cache.column('sma', { period: 50 });
  const adx = cache.column('adx', { period: 14 }, 'adx')[bar]!;
  const { close } = cache.series;
  const rise = (average[bar]! - average[bar - SLOPE_BARS]!) / SLOPE_BARS;
  const slope = atr[bar]! > 0 ? rise / atr[bar]! : 0;
  const rangeAt = (i: number): number => atr[i]! / close[i]!;
  const first = Math.max(0, bar - HISTORY);
  const past = Array.from({ length: bar - first }, (_, i) => rangeAt(first + i))
    .filter((range) => !Number.isNaN(range))
    .sort((a, b) => a - b);
  const now = rangeAt(bar);
  const median = past[past.length >> 1]!;
  const volatilityRank = past.filter((range) => range < now).length / past.length;
  const reading = { adx, slope, volatilityRank, volatilityRatio: median > 0 ? now / median : 1 };
  return { regime: regimeOf(reading), ...reading };
}

function regimeOf({ adx, slope, volatilityRank, volatilityRatio }: Omit<RegimeReading, 'regime'>): Regime {
  if (volatilityRank > STORMY.rank && volatilityRatio > STORMY.ofMedian) return 'stormy';
  if (adx >= TREND_ADX && slope > TREND_SLOPE) return 'trending-up';
  if (adx >= TREND_ADX && slope < -TREND_SLOPE) return 'trending-down';
  return volatilityRank < CALM.rank && volatilityRatio < CALM.ofMedian ? 'calm' : 'ranging';
}
