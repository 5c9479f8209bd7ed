import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { type Regime } from './analysis.ts';

/** Bars over which today's range is ranked against its past. */
const HISTORY = 300;
const SLOPE_BARS = 10;
const TREND_ADX = 25;
/** ATRs per bar by which the 50-bar average must move to be called a slope. */
const TREND_SLOPE = 0.03;
/** A storm ranks above nearly all of its past *and* well above what is usual; a calm the other way round. */
const STORMY = { rank: 0.95, ofUsual: 1.5 };
const CALM = { rank: 0.1, ofUsual: 0.75 };

export interface RegimeReading {
  readonly regime: Regime;
  readonly adx: number;
  /** Movement of the 50-bar average in ATRs per bar. */
  readonly slope: number;
  /** Share of the last bars whose range, relative to price, was smaller than the present one, 0..1. */
  readonly volatilityRank: number;
  /** The present range as a multiple of their median. */
  readonly volatilityRatio: number;
}

/**
 * What kind of market it is at a bar: first whether its range is extreme, then whether it goes anywhere. The bar must have
 * at least 60 bars before it.
 */
export function classifyRegime(cache: IndicatorCache, bar: number = cache.series.length - 1): RegimeReading {
  const atr = cache.column('atr', { period: 14 });
  const average = cache.column('sma', { period: 50 });
  const adx = cache.column('adx', { period: 14 }, 'adx')[bar]!;
  const { close } = cache.series;
  const rise = (average[bar]! - average[bar - SLOPE_BARS]!) / SLOPE_BARS;
  const slope = atr[bar]! > 0 ? rise / atr[bar]! : 0;
  const rangeAt = (i: number): number => atr[i]! / close[i]!;
  const first = Math.max(14, bar - HISTORY);
  const past = Array.from({ length: bar - first }, (_, i) => rangeAt(first + i)).sort((a, b) => a - b);
  const now = rangeAt(bar);
  const usual = past[past.length >> 1]!;
  const volatilityRank = past.filter((range) => range < now).length / past.length;
  const reading = { adx, slope, volatilityRank, volatilityRatio: usual > 0 ? now / usual : 1 };
  return { regime: regimeOf(reading), ...reading };
}

function regimeOf({ adx, slope, volatilityRank, volatilityRatio }: Omit<RegimeReading, 'regime'>): Regime {
  if (volatilityRank > STORMY.rank && volatilityRatio > STORMY.ofUsual) return 'stormy';
  if (adx >= TREND_ADX && slope > TREND_SLOPE) return 'trending-up';
  if (adx >= TREND_ADX && slope < -TREND_SLOPE) return 'trending-down';
  return volatilityRank < CALM.rank && volatilityRatio < CALM.ofUsual ? 'calm' : 'ranging';
}
