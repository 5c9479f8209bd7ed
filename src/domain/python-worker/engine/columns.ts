import { AppError } from '../../errors.ts';

/**
 * Candles for the Python workers' engine, one row per published candle (gaps are not filled). `time` is epoch ms and
 * only determines the bar length.
 */
export interface WorkerColumns {
  readonly time: Float64Array;
  readonly close: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly volume: Float64Array;
}

const PRICES = { floor: 1e-5, ceiling: 1e6, missing: 1 } as const;
const VOLUMES = { floor: 0, ceiling: 1e15, missing: 0 } as const;

/**
 * Copies the columns, replaces NaN and clips values to the engine's limits. @throws AppError `bad-candles` for columns
 * of different lengths.
 */
export function cleanColumns({ time, close, high, low, volume }: WorkerColumns): WorkerColumns {
  for (const column of [close, high, low, volume]) {
    if (column.length !== time.length) throw new AppError('bad-candles', 'candle columns differ in length');
  }
  return {
    time,
    close: clipped(close, PRICES),
    high: clipped(high, PRICES),
    low: clipped(low, PRICES),
    volume: clipped(volume, VOLUMES),
  };
}

/** Rows [from, to) as views of the same memory. */
export function sliceColumns(columns: WorkerColumns, from: number, to: number): WorkerColumns {
  return {
    time: columns.time.subarray(from, to),
    close: columns.close.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}

function clipped(
  column: Float64Array,
  { floor, ceiling, missing }: { readonly floor: number; readonly ceiling: number; readonly missing: number },
): Float64Array {
  return column.map((value) => (Number.isNaN(value) ? missing : Math.min(Math.max(value, floor), ceiling)));
}
