import { exponentialWeight, wilderWeight } from './convergence.ts';
import { slidingMoments } from './sliding-window.ts';

/**
 * All averages are aligned to their input and NaN before index `start + period - 1`; `start` is the first defined input
 * value.
 */

/** Arithmetic mean of the last `period` values. */
export function simpleAverage(column: Float64Array, period: number, start = 0): Float64Array {
  return slidingMoments(column, period, start).mean;
}

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
  let average = 0;
  for (let i = start; i <= first; i += 1) average += (column[i]! - average) / (i - start + 1);
  out[first] = average;
  for (let i = first + 1; i < column.length; i += 1) {
    average += weight * (column[i]! - average);
    out[i] = average;
  }
  return out;
}

/** Linearly weighted mean: the newest value weighs `period`, the oldest 1. */
export function weightedAverage(column: Float64Array, period: number): Float64Array {
  const out = new Float64Array(column.length).fill(NaN);
  const weights = (period * (period + 1)) / 2;
  for (let i = period - 1; i < column.length; i += 1) {
    let sum = 0;
    for (let k = 0; k < period; k += 1) sum += column[i - k]! * (period - k);
    out[i] = sum / weights;
  }
  return out;
}
