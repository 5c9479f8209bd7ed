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

export const CANDLE_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Columns of `length` zeros; the caller fills them. */
export function emptyColumns(length: number): CandleColumns {
  const column = (): Float64Array => new Float64Array(length);
  return { length, time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/** Candles [from, to) as views of the same memory. */
export function sliceColumns(columns: CandleColumns, from: number, to: number): CandleColumns {
  const view = (column: Float64Array): Float64Array => column.subarray(from, to);
  const { time, open, high, low, close, volume } = columns;
  return {
    length: view(time).length,
    time: view(time),
    open: view(open),
    high: view(high),
    low: view(low),
    close: view(close),
    volume: view(volume),
  };
}

/** Columns with memory of their own. */
export function copyColumns({ length, time, open, high, low, close, volume }: CandleColumns): CandleColumns {
  return {
    length,
    time: time.slice(),
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
}

/** Copies candles `of` these columns, in this order. */
export function pickColumns(columns: CandleColumns, of: readonly number[]): CandleColumns {
  const picked = emptyColumns(of.length);
  for (const name of CANDLE_COLUMNS) of.forEach((i, at) => (picked[name][at] = columns[name][i]!));
  return picked;
}

/** All parts, one after the other. */
export function joinColumns(parts: readonly CandleColumns[]): CandleColumns {
  if (parts.length === 1) return parts[0]!;
  const joined = emptyColumns(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    for (const name of CANDLE_COLUMNS) joined[name].set(part[name], at);
    at += part.length;
  }
  return joined;
}

/** Index of the first candle that opens at or after `time`; the candles must be in ascending order. */
export function indexAtOrAfter({ time, length }: CandleColumns, at: number): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (time[middle]! < at) from = middle + 1;
    else to = middle;
  }
  return from;
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
    ((volume[i]! >= 0 && volume[i]! < Infinity) || Number.isNaN(volume[i]));
  return isSound ? null : candleFault(candleAt(columns, i));
}

/** Volume 0 and no range: nothing was traded, and the row is the same thing as a missing one (docs/simulation-rules.md rule 11). */
export function isUntraded({ volume, high, low }: Pick<CandleColumns, 'volume' | 'high' | 'low'>, i: number): boolean {
  return volume[i] === 0 && high[i] === low[i];
}
