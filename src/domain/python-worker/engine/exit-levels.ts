import { type WorkerColumns } from './columns.ts';
import { type PositionSide } from '../../market/side.ts';

/**
 * Price extremes for the exit search of one side. Prices are those of a long; for a short all are negated, which is
 * exact, so that one search serves both sides. Each row has four values, for one bar or for a block of bars: lowest
 * low, highest high, highest close, deepest fall. The fall is the largest distance from a close of the block down to a
 * low of the same or a later bar of the block: a stop that trails the close can be hit inside the block only if the
 * fall reaches the stop's distance.
 */
export interface ExitLevels {
  readonly bars: Float64Array;
  readonly small: Float64Array;
  readonly middle: Float64Array;
  readonly large: Float64Array;
  /** Upper bound of the rounding error of a difference of two of these prices. */
  readonly tolerance: number;
}

export const LOW = 0;
export const HIGH = 1;
export const CLOSE = 2;
export const FALL = 3;
export const ROW = 4;

/** Bars per small block, and blocks per larger block, as powers of two. */
export const SMALL_BITS = 3;
export const MIDDLE_BITS = 2;
export const LARGE_BITS = 3;

export function exitLevels({ close, high, low }: WorkerColumns, side: PositionSide): ExitLevels {
  const bars = new Float64Array(close.length * ROW);
  let largest = 0;
  for (let i = 0; i < close.length; i += 1) {
    const row = i * ROW;
    bars[row + LOW] = side === 'long' ? low[i]! : -high[i]!;
    bars[row + HIGH] = side === 'long' ? high[i]! : -low[i]!;
    bars[row + CLOSE] = side === 'long' ? close[i]! : -close[i]!;
    bars[row + FALL] = bars[row + CLOSE]! - bars[row + LOW]!;
    largest = Math.max(largest, high[i]!, close[i]!, low[i]!);
  }
  const small = blocksOf(bars, SMALL_BITS);
  const middle = blocksOf(small, MIDDLE_BITS);
  return { bars, small, middle, large: blocksOf(middle, LARGE_BITS), tolerance: largest * 2 ** -50 };
}

/** Aggregates whole blocks only; the rows left at the end are searched one by one. */
function blocksOf(rows: Float64Array, bits: number): Float64Array {
  const count = (rows.length / ROW) >> bits;
  const blocks = new Float64Array(count * ROW);
  for (let block = 0; block < count; block += 1) {
    let [lowest, highest, close, fall] = [Infinity, -Infinity, -Infinity, -Infinity];
    for (let row = (block << bits) * ROW; row < ((block + 1) << bits) * ROW; row += ROW) {
      lowest = Math.min(lowest, rows[row + LOW]!);
      highest = Math.max(highest, rows[row + HIGH]!);
      fall = Math.max(fall, rows[row + FALL]!, close - rows[row + LOW]!);
      close = Math.max(close, rows[row + CLOSE]!);
    }
    blocks.set([lowest, highest, close, fall], block * ROW);
  }
  return blocks;
}
