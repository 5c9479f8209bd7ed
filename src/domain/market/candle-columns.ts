import { candleFault, type Candle } from './candle.ts';

/** Candles as columns of equal length; uses a fraction of the memory of a list of `Candle`. */
export interface CandleColumns {
  readonly length: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export function columnsOf(candles: readonly Candle[]): CandleColumns {
  const column = (name: keyof Candle): Float64Array => Float64Array.from(candles, (candle) => candle[name]);
  return {
    length: candles.length,
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

export function candleAt({ time, open, high, low, close, volume }: CandleColumns, i: number): Candle {
  return { time: time[i]!, open: open[i]!, high: high[i]!, low: low[i]!, close: close[i]!, volume: volume[i]! };
}

/** `candleFault` of candle `i`. Fast path for valid candles: a message is built only when a value is wrong. */
export function faultAt(columns: CandleColumns, i: number): string | null {
  const { time, open, high, low, close, volume } = columns;
  const bottom = low[i]!;
  const top = high[i]!;
  const isSound =
    Number.isSafeInteger(time[i]) &&
    time[i]! >= 0 &&
    bottom > 0 &&
    top < Infinity &&
    bottom <= open[i]! &&
    open[i]! <= top &&
    bottom <= close[i]! &&
    close[i]! <= top &&
    volume[i]! >= 0 &&
    volume[i]! < Infinity;
  return isSound ? null : candleFault(candleAt(columns, i));
}
