import { AppError } from '../../domain/errors.ts';
import { type Candle } from '../../domain/market/candle.ts';

/** Candles of one month as columns of little-endian 64-bit floats, sorted by time ascending. */
export interface CandleColumns {
  readonly time: Uint8Array;
  readonly open: Uint8Array;
  readonly high: Uint8Array;
  readonly low: Uint8Array;
  readonly close: Uint8Array;
  readonly volume: Uint8Array;
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const satisfies readonly (keyof Candle)[];
const WIDTH = 8;

/** Start of the calendar month, epoch ms UTC. */
export function monthOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** Groups candles by the month of their open time. @throws AppError `bad-candles` when a time is not a valid date. */
export function byMonth(candles: readonly Candle[]): ReadonlyMap<number, readonly Candle[]> {
  const months = new Map<number, Candle[]>();
  for (const candle of candles) {
    const month = monthOf(candle.time);
    if (!Number.isFinite(month)) throw new AppError('bad-candles', `a candle's time is ${candle.time}: not a date`);
    const others = months.get(month);
    if (others) others.push(candle);
    else months.set(month, [candle]);
  }
  return months;
}

/** Merges both, sorted by time. For a duplicate time `added` replaces `stored`, and the last of `added` wins. */
export function mergeCandles(stored: readonly Candle[], added: readonly Candle[]): readonly Candle[] {
  const byTime = new Map([...stored, ...added].map((candle) => [candle.time, candle]));
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

export function packCandles(candles: readonly Candle[]): CandleColumns {
  const column = (name: keyof Candle): Uint8Array => {
    const bytes = Buffer.alloc(candles.length * WIDTH);
    candles.forEach((candle, i) => bytes.writeDoubleLE(candle[name], i * WIDTH));
    return bytes;
  };
  return {
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

export function unpackCandles(columns: CandleColumns): readonly Candle[] {
  const views = COLUMNS.map((name) => {
    const { buffer, byteOffset, byteLength } = columns[name];
    return new DataView(buffer, byteOffset, byteLength);
  });
  return Array.from({ length: columns.time.byteLength / WIDTH }, (_, i) => {
    const [time, open, high, low, close, volume] = views.map((view) => view.getFloat64(i * WIDTH, true));
    return { time: time!, open: open!, high: high!, low: low!, close: close!, volume: volume! };
  });
}

export function sameColumns(a: CandleColumns, b: CandleColumns): boolean {
  return COLUMNS.every((name) => Buffer.compare(a[name], b[name]) === 0);
}
