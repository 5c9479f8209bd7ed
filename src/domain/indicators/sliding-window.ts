/**
 * Sliding extremes and plain sums in constant time per bar and without drift (exact sums: window-sums.ts). The column is cut into blocks of `period`; a window is
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

/**
 * Sum of doubles, each addition rounded. Only the engine of the Python workers uses it: its results must equal theirs
 * bit for bit.
 */
export function slidingSum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => a + b);
}

export function slidingMaximum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => (a > b ? a : b));
}

export function slidingMinimum(column: Float64Array, period: number): Float64Array {
  return slidingFold(column, period, (a, b) => (a < b ? a : b));
}
