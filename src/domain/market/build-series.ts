import { candleFault, type Candle } from './candle.ts';
import { requireOnGrid } from './infer-timeframe.ts';
import { type Series } from './series.ts';
import { timeframeMs, type Timeframe } from './timeframe.ts';

/** Beyond this a gap is a mistake in the times, not a quiet market: 64 years of one-minute bars. */
const MAX_BARS = 2 ** 25;

/** Columns of `length` bars, all zero; the caller fills them. */
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
 * Aligns candles to their timeframe; missing bars are filled flat at the last close with volume 0 and flagged.
 * @throws RangeError when there is no candle, or one is broken, off the grid, out of order or twice there.
 */
export function buildSeries(symbol: string, timeframe: Timeframe, candles: readonly Candle[]): Series {
  const first = candles[0];
  const last = candles.at(-1);
  if (!first || !last) throw new RangeError(`${symbol}: a series needs at least one candle`);
  requireOnGrid(candles, timeframe);
  const step = timeframeMs(timeframe);
  const length = (last.time - first.time) / step + 1;
  if (!(length >= 1 && length <= MAX_BARS)) {
    throw new RangeError(
      `${symbol}: candles span ${length} bars of ${timeframe}: check the times of the first and last`,
    );
  }
  const series = emptySeries(symbol, timeframe, length);
  let next = 0;
  for (const candle of candles) {
    const bar = (candle.time - first.time) / step;
    const fault = candleFault(candle) ?? (bar < next ? 'it is out of order or a duplicate' : null);
    if (fault !== null) throw new RangeError(`${symbol}: candle of ${new Date(candle.time).toISOString()}: ${fault}`);
    for (; next < bar; next += 1) fillFlat(series, next, first.time + next * step);
    writeBar(series, bar, candle);
    next = bar + 1;
  }
  return series;
}

/** The real candles of a series: what was filled in is left out. */
export function candlesOf(series: Series): Candle[] {
  const { time, open, high, low, close, volume, filled } = series;
  const candles: Candle[] = [];
  for (let i = 0; i < series.length; i += 1) {
    if (filled[i] === 1) continue;
    candles.push({
      time: time[i]!,
      open: open[i]!,
      high: high[i]!,
      low: low[i]!,
      close: close[i]!,
      volume: volume[i]!,
    });
  }
  return candles;
}

/** A new series with newer candles at its end, gaps filled. @throws RangeError as `buildSeries`. */
export function extendSeries(series: Series, candles: readonly Candle[]): Series {
  return candles.length === 0
    ? series
    : buildSeries(series.symbol, series.timeframe, [...candlesOf(series), ...candles]);
}

function writeBar(series: Series, bar: number, candle: Candle): void {
  series.time[bar] = candle.time;
  series.open[bar] = candle.open;
  series.high[bar] = candle.high;
  series.low[bar] = candle.low;
  series.close[bar] = candle.close;
  series.volume[bar] = candle.volume;
}

function fillFlat(series: Series, bar: number, time: number): void {
  const close = series.close[bar - 1]!;
  writeBar(series, bar, { time, open: close, high: close, low: close, close, volume: 0 });
  series.filled[bar] = 1;
}
