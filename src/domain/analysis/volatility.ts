import { type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { variance } from '../statistics/moments.ts';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/**
 * Annualised standard deviation (365 days) of the log returns of the last `bars` bars, or of fewer when the series is
 * shorter. 0 for fewer than two returns.
 */
export function annualisedVolatility(series: Series, bars: number): number {
  const { close, length } = series;
  const returns: number[] = [];
  for (let i = Math.max(1, length - bars); i < length; i += 1) returns.push(Math.log(close[i]! / close[i - 1]!));
  if (returns.length < 2) return 0;
  return Math.sqrt((variance(returns) * YEAR_MS) / timeframeMs(series.timeframe));
}
