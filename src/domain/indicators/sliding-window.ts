/**
 * Sliding windows in constant time per bar and without drift. The column is cut into blocks of `period`; a window is
 * the tail of one block joined to the head of the next. Each result is therefore computed only from the bars of its
 * window: no running total accumulates rounding errors or keeps a trace of a removed outlier.
 *
 * All results are aligned to the input and NaN before index `start + period - 1`; `start` is the first defined input.
 */

/** Folds `combine` over each window; it must be associative (sum, maximum, minimum). */
function slidingFold(
  column: Float64Array,
  period: number,
  combine: (a: number, b: number) => number,
  start = 0,
): Float64Array {
  const out = new Float64Array(column.length).fill(NaN);
  const tail = new Float64Array(period);
  for (let block = start; block < column.length; block += period) {
    const end = Math.min(block + period, column.length);
    let head = column[block]!;
    for (let i = block; i < end; i += 1) {
      if (i > block) head = combine(head, column[i]!);
      const rank = i - block;
      if (rank === period - 1) out[i] = head;
      else if (block > start) out[i] = combine(tail[rank + 1]!, head);
    }
    if (end - block < period) break;
    tail[period - 1] = column[end - 1]!;
    for (let rank = period - 2; rank >= 0; rank -= 1) tail[rank] = combine(column[block + rank]!, tail[rank + 1]!);
  }
  return out;
}

export function slidingSum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => a + b);
}

export function slidingMaximum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => (a > b ? a : b));
}

export function slidingMinimum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => (a < b ? a : b));
}

export interface Moments {
  readonly mean: Float64Array;
  /** Population variance; exactly 0 when all values of the window are equal. */
  readonly variance: Float64Array;
}

/** Mean and variance of each window: Welford's recurrence within a block, Chan's formula to join tail and head. */
export function slidingMoments(column: Float64Array, period: number, start = 0): Moments {
  const mean = new Float64Array(column.length).fill(NaN);
  const variance = new Float64Array(column.length).fill(NaN);
  const tailMean = new Float64Array(period);
  const tailSquares = new Float64Array(period);
  for (let block = start; block < column.length; block += period) {
    const end = Math.min(block + period, column.length);
    let headMean = 0;
    let headSquares = 0;
    for (let i = block; i < end; i += 1) {
      const count = i - block + 1;
      const delta = column[i]! - headMean;
      headMean += delta / count;
      headSquares += delta * (column[i]! - headMean);
      if (count === period) {
        mean[i] = headMean;
        variance[i] = headSquares / period;
      } else if (block > start) {
        const distance = headMean - tailMean[count]!;
        const share = count / period;
        mean[i] = tailMean[count]! + distance * share;
        variance[i] = (tailSquares[count]! + headSquares) / period + distance * distance * share * (1 - share);
      }
    }
    if (end - block < period) break;
    let backMean = 0;
    let backSquares = 0;
    for (let rank = period - 1; rank >= 0; rank -= 1) {
      const value = column[block + rank]!;
      const delta = value - backMean;
      backMean += delta / (period - rank);
      backSquares += delta * (value - backMean);
      tailMean[rank] = backMean;
      tailSquares[rank] = backSquares;
    }
  }
  return { mean, variance };
}
