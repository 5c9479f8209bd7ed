import { type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { variance } from '../statistics/moments.ts';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Standard deviation of the log returns of the last `bars` bars (fewer at the start), per year of 365 days; 0 for too few. */
export function annualisedVolatility(series: Series, bars: number): number {
  const { close, length } = series;
  const returns: number[] = [];
  for (let i = Math.max(1, length - bars); i < length; i += 1) returns.push(Math.log(close[i]! / close[i - 1]!));
  if (returns.length < 2) return 0;
  return Math.sqrt((variance(returns) * YEAR_MS) / timeframeMs(series.timeframe));
}
