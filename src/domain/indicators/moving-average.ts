import { exponentialWeight, wilderWeight } from './convergence.ts';
import { windowMean } from './window-sums.ts';

/**
 * Recursive averages: they forget their start, but never quite. All are aligned to their input and NaN before index
 * `start + period - 1`; `start` is the first defined input value. Averages over a window are in window-sums.ts.
 */

/** Exponential average with weight 2 / (period + 1), seeded by the mean of the first `period` values. */
export function exponentialAverage(column: Float64Array, period: number, start = 0): Float64Array {
  return smoothed(column, period, exponentialWeight(period), start);
}

/** Wilder's smoothing: exponential with weight 1 / period, seeded by the mean of the first `period` values. */
export function wilderAverage(column: Float64Array, period: number, start = 0): Float64Array {
  return smoothed(column, period, wilderWeight(period), start);
}

function smoothed(column: Float64Array, period: number, weight: number, start: number): Float64Array {
  const out = new Float64Array(column.length).fill(NaN);
  const first = start + period - 1;
  if (first >= column.length) return out;
  let average = windowMean(column.subarray(start, first + 1), period)[period - 1]!;
  out[first] = average;
  // Without a memory there is nothing to add to: a difference added again would round.
  if (weight === 1) out.set(column.subarray(first), first);
  else
    for (let i = first + 1; i < column.length; i += 1) {
      average += weight * (column[i]! - average);
      out[i] = average;
    }
  return out;
}
