import { AppError } from '../errors.ts';
import { faultAt, isUntraded, type CandleColumns } from './candle-columns.ts';
import { requireOnGrid } from './infer-timeframe.ts';
import { FLAGS, type Series } from './series.ts';
import { timeframeMs, type Timeframe } from './timeframe.ts';

/** Longest allowed series (64 years of one-minute bars). A longer span means wrong times, not a quiet market. */
const MAX_BARS = 2 ** 25;

/** Series of `length` bars with all values zero; the caller fills them. */
export function emptySeries(symbol: string, timeframe: Timeframe, length: number): Series {
  const column = (): Float64Array => new Float64Array(length);
  return {
    symbol,
    timeframe,
    length,
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    filled: new Uint8Array(length),
  };
}

/**
 * Aligns candles to their timeframe. Missing bars, and bars with volume 0 and no range, are filled flat at the last
 * close with volume 0 and flagged in `filled`.
 * @throws AppError `bad-candles` when there is no candle, or when a candle is invalid, off the grid, out of order or a
 * duplicate.
 */
export function seriesOfColumns(symbol: string, timeframe: Timeframe, candles: CandleColumns): Series {
  if (candles.length === 0) throw new AppError('bad-candles', `${symbol}: a series needs at least one candle`);
  const { time } = candles;
  requireOnGrid(time, timeframe);
  const step = timeframeMs(timeframe);
  const first = time[0]!;
  const length = (time[candles.length - 1]! - first) / step + 1;
  if (!(length >= 1 && length <= MAX_BARS)) {
    throw new AppError(
      'bad-candles',
      `${symbol}: candles span ${length} bars of ${timeframe}: check the times of the first and last`,
    );
  }
  const series = emptySeries(symbol, timeframe, length);
  let next = 0;
  for (let i = 0; i < candles.length; i += 1) {
    const bar = (time[i]! - first) / step;
    const fault = faultAt(candles, i) ?? (bar < next ? 'it is out of order or a duplicate' : null);
    if (fault !== null)
      throw new AppError('bad-candles', `${symbol}: candle of ${new Date(time[i]!).toISOString()}: ${fault}`);
    for (; next < bar; next += 1) fillFlat(series, next, first + next * step, FLAGS.missing);
    next = bar + 1;
    const isFlat = isUntraded(candles, i);
    if (isFlat && bar > 0) {
      fillFlat(series, bar, time[i]!, FLAGS.untraded);
      continue;
    }
    if (isFlat) series.filled[bar] = FLAGS.untraded;
    series.time[bar] = time[i]!;
    series.open[bar] = candles.open[i]!;
    series.high[bar] = candles.high[i]!;
    series.low[bar] = candles.low[i]!;
    series.close[bar] = candles.close[i]!;
    series.volume[bar] = candles.volume[i]!;
  }
  return series;
}

function fillFlat(series: Series, bar: number, time: number, flag: number): void {
  const close = series.close[bar - 1]!;
  series.time[bar] = time;
  series.open[bar] = close;
  series.high[bar] = close;
  series.low[bar] = close;
  series.close[bar] = close;
  series.filled[bar] = flag;
}
