import { AppError } from '../errors.ts';
import { emptySeries } from './build-series.ts';
import { FLAGS, type Series } from './series.ts';
import { timeframeAnchor, timeframeMs, type Timeframe } from './timeframe.ts';

/**
 * Resamples a series to a longer timeframe. Buckets are aligned to the UTC epoch, weeks to Monday, and keep the clock
 * time at which days of the series begin. Buckets that the series covers only
 * in part, at its start or end, are dropped, because a candle exists only after it closes. A bucket is `filled` only
 * when all its bars are; in other buckets, bars filled flat do not affect open, high, low or volume.
 * @throws AppError `bad-timeframe` when `timeframe` is not a whole multiple of the series' own.
 */
export function resample(series: Series, timeframe: Timeframe): Series {
  const from = timeframeMs(series.timeframe);
  const step = timeframeMs(timeframe);
  if (step % from !== 0) {
    throw new AppError(
      'bad-timeframe',
      `${timeframe} is not a whole multiple of ${series.timeframe}: it cannot be made of its candles`,
    );
  }
  const perBucket = step / from;
  const start = series.length === 0 ? 0 : series.time[0]! - (series.time[0]! % from);
  const offset = (((timeframeAnchor(timeframe) - timeframeAnchor(series.timeframe) - start) % step) + step) % step;
  const first = offset / from;
  const buckets = Math.max(0, Math.floor((series.length - first) / perBucket));
  const out = emptySeries(series.symbol, timeframe, buckets);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    fold(series, first + bucket * perBucket, first + (bucket + 1) * perBucket, out, bucket);
  }
  return out;
}

/** A filled bar only repeats the previous close, so open, high and low come from real bars only. */
function fold(series: Series, from: number, to: number, out: Series, bucket: number): void {
  let firstReal = from;
  let flag: number = FLAGS.missing;
  for (; firstReal < to && series.filled[firstReal] !== FLAGS.real; firstReal += 1) {
    if (series.filled[firstReal] === FLAGS.untraded) flag = FLAGS.untraded;
  }
  const start = firstReal === to ? from : firstReal;
  let high = -Infinity;
  let low = Infinity;
  let volume = 0;
  for (let i = start; i < to; i += 1) {
    high = Math.max(high, series.high[i]!);
    low = Math.min(low, series.low[i]!);
    volume += series.volume[i]!;
  }
  out.time[bucket] = series.time[from]!;
  out.open[bucket] = series.open[start]!;
  out.high[bucket] = high;
  out.low[bucket] = low;
  out.close[bucket] = series.close[to - 1]!;
  out.volume[bucket] = volume;
  out.filled[bucket] = firstReal === to ? flag : FLAGS.real;
}
