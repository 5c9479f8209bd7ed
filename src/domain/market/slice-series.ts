import { AppError } from '../errors.ts';
import { type Series } from './series.ts';
import { timeframeMs } from './timeframe.ts';

/** Bars [from, to) as views of the same memory. @throws AppError `internal` when out of bounds. */
export function sliceSeries(series: Series, from: number, to: number): Series {
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= series.length)) {
    throw new AppError('internal', `bars ${from}..${to} are outside a series of ${series.length}`);
  }
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    length: to - from,
    time: series.time.subarray(from, to),
    open: series.open.subarray(from, to),
    high: series.high.subarray(from, to),
    low: series.low.subarray(from, to),
    close: series.close.subarray(from, to),
    volume: series.volume.subarray(from, to),
    filled: series.filled.subarray(from, to),
  };
}

/** The bars that had closed at `asOf` (epoch ms). May be empty. */
export function seriesUntil(series: Series, asOf: number): Series {
  if (series.length === 0) return series;
  const step = timeframeMs(series.timeframe);
  const closed = Math.floor((asOf - series.time[0]!) / step);
  return sliceSeries(series, 0, Math.min(series.length, Math.max(0, closed)));
}
