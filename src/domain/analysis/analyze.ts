import { createIndicatorCache } from '../indicators/indicator-cache.ts';
import { firstBarAfter } from '../indicators/first-bar-after.ts';
import { INDICATORS } from '../indicators/registry.ts';
import { SeriesTooShortError } from '../market/series-too-short-error.ts';
import { realBars, type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { type Analysis } from './analysis.ts';
import { classifyRegime } from './classify-regime.ts';
import { priceLevels } from './price-levels.ts';
import { scoreReading } from './score-reading.ts';
import { annualisedVolatility } from './volatility.ts';

const LONGEST_AVERAGE = 200;
/** Bars until the slowest indicator used here is defined: SMA 200 or ADX, and the MACD. */
const NEEDED_BARS = Math.max(LONGEST_AVERAGE, INDICATORS['adx']!.warmup({ period: 14 }) + 1);
const VOLATILITY_BARS = 200;

/** Analyses a market at the close of its last bar. @throws SeriesTooShortError below 399 real bars. */
export function analyze(series: Series): Analysis {
  const bar = series.length - 1;
  if (firstBarAfter(series, NEEDED_BARS - 1) > bar)
    throw new SeriesTooShortError('an analysis', NEEDED_BARS, realBars(series));
  const cache = createIndicatorCache(series);
  const now = (indicator: string, params: Readonly<Record<string, number>>, output?: string): number =>
    cache.column(indicator, params, output)[bar]!;

  const price = series.close[bar]!;
  const bands = { period: 20, deviations: 2 };
  const [upper, lower] = [now('bollinger', bands, 'upper'), now('bollinger', bands, 'lower')];
  const macd = { fast: 12, slow: 26, signal: 9 };
  const atr14 = now('atr', { period: 14 });
  const regimeReading = classifyRegime(cache, bar);
  const indicators: Analysis['indicators'] = {
    rsi14: now('rsi', { period: 14 }),
    macd: {
      line: now('macd', macd, 'line'),
      signal: now('macd', macd, 'signal'),
      histogram: now('macd', macd, 'histogram'),
    },
    bollinger: {
      upper,
      middle: now('bollinger', bands, 'middle'),
      lower,
      // In a flat market the band has no width. 0.5 places the price at its middle.
      percentB: upper > lower ? (price - lower) / (upper - lower) : 0.5,
    },
    atr14,
    sma50: now('sma', { period: 50 }),
    sma200: now('sma', { period: LONGEST_AVERAGE }),
    adx14: regimeReading.adx,
  };
  const levels = priceLevels(series, atr14 / 2);
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    asOf: series.time[bar]! + timeframeMs(series.timeframe),
    price,
    indicators,
    levels,
    regime: regimeReading.regime,
    volatility: annualisedVolatility(series, VOLATILITY_BARS),
    ...scoreReading({ price, indicators, levels, regimeReading }),
  };
}
