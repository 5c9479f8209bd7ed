import { endianness } from 'node:os';
import { CANDLE_COLUMNS, type CandleColumns } from '../../domain/market/candle-columns.ts';

/** Candles of one month as columns of little-endian 64-bit floats, sorted by time ascending. */
export type PackedColumns = Readonly<Record<(typeof CANDLE_COLUMNS)[number], Uint8Array>>;

const WIDTH = Float64Array.BYTES_PER_ELEMENT;
const IS_LITTLE = endianness() === 'LE';

function packed(column: Float64Array): Uint8Array {
  const bytes = Buffer.from(column.slice().buffer);
  return IS_LITTLE ? bytes : bytes.swap64();
}

/** Copies, because the bytes of a document begin at any address and a column must not. */
function unpacked(bytes: Uint8Array): Float64Array {
  const { buffer } = new Uint8Array(bytes);
  if (!IS_LITTLE) Buffer.from(buffer).swap64();
  return new Float64Array(buffer);
}

export function packCandles({ time, open, high, low, close, volume }: CandleColumns): PackedColumns {
  return {
    time: packed(time),
    open: packed(open),
    high: packed(high),
    low: packed(low),
    close: packed(close),
    volume: packed(volume),
  };
}

export function unpackCandles({ time, open, high, low, close, volume }: PackedColumns): CandleColumns {
  return {
    length: time.byteLength / WIDTH,
    time: unpacked(time),
    open: unpacked(open),
    high: unpacked(high),
    low: unpacked(low),
    close: unpacked(close),
    volume: unpacked(volume),
  };
}

export function samePacked(a: PackedColumns, b: PackedColumns): boolean {
  return CANDLE_COLUMNS.every((name) => Buffer.compare(a[name], b[name]) === 0);
}
