import { quotient, sumError } from './compensated.ts';
import { exactTerms, termsOf, type ExactTerms } from './exact-terms.ts';

/** Sums over windows, `hi + lo` in the unit of the terms; NaN before the first whole window. */
export interface WindowSums {
  readonly hi: Float64Array;
  /** Null when every sum is exact in `hi`. */
  readonly lo: Float64Array | null;
}

/**
 * Sum of each window of `period` terms. Exact for whole terms while the sums stay below 2^104, compensated otherwise: no
 * trace remains of what has left the window, whatever its size.
 */
export function windowSums(terms: ExactTerms, period: number): WindowSums {
  return terms.lo === null && terms.largest * period < Number.MAX_SAFE_INTEGER
    ? { hi: plainSums(terms.hi, period), lo: null }
    : foldedSums(terms.hi, terms.lo, period);
}

/** Terms and sums below 2^53: adding and subtracting is exact. */
function plainSums(terms: Float64Array, period: number): Float64Array {
  const out = new Float64Array(terms.length).fill(NaN);
  let sum = 0;
  for (let i = 0; i < terms.length; i += 1) {
    sum += terms[i]!;
    if (i >= period) sum -= terms[i - period]!;
    if (i >= period - 1) out[i] = sum;
  }
  return out;
}

/** Every window is the tail of one block of `period` terms and the head of the next, so nothing is ever subtracted. */
export function foldedSums(hi: Float64Array, lo: Float64Array | null, period: number): WindowSums {
  const { length } = hi;
  const outHi = new Float64Array(length).fill(NaN);
  const outLo = new Float64Array(length);
  const tailHi = new Float64Array(period + 1);
  const tailLo = new Float64Array(period + 1);
  for (let block = 0; block < length; block += period) {
    const end = Math.min(block + period, length);
    let sum = 0;
    let rest = 0;
    for (let i = block; i < end; i += 1) {
      const added = sum + hi[i]!;
      const low = rest + (lo === null ? 0 : lo[i]!) + sumError(sum, hi[i]!, added);
      sum = added + low;
      rest = low - (sum - added);
      const joined = i - block + 1;
      if (i < period - 1) continue;
      const before = tailHi[joined]!;
      const whole = sum + before;
      const wholeLow = rest + tailLo[joined]! + sumError(sum, before, whole);
      outHi[i] = whole + wholeLow;
      outLo[i] = wholeLow - (outHi[i]! - whole);
    }
    // tail[k]: the sum of the block without its first k terms.
    tailHi[period] = 0;
    tailLo[period] = 0;
    for (let rank = end - block - 1; rank >= 0; rank -= 1) {
      const added = tailHi[rank + 1]! + hi[block + rank]!;
      const low =
        tailLo[rank + 1]! +
        (lo === null ? 0 : lo[block + rank]!) +
        sumError(tailHi[rank + 1]!, hi[block + rank]!, added);
      tailHi[rank] = added + low;
      tailLo[rank] = low - (tailHi[rank]! - added);
    }
  }
  return { hi: outHi, lo: outLo };
}

/** Each sum over `divisor`, rounded once. The divisor must be exact: a whole number times a power of ten. */
export function dividedSums({ hi, lo }: WindowSums, divisor: number): Float64Array {
  const out = new Float64Array(hi.length);
  // A loop: `map` would call a function for every bar.
  if (lo === null) for (let i = 0; i < out.length; i += 1) out[i] = hi[i]! / divisor;
  else for (let i = 0; i < out.length; i += 1) out[i] = quotient(hi[i]!, lo[i]!, divisor);
  return out;
}

/**
 * Mean of the last `period` values, NaN before index `start + period - 1`; `start` is the first defined value. The mean
 * of equal values is that value.
 */
export function windowMean(column: Float64Array, period: number, start = 0): Float64Array {
  const terms = start === 0 ? termsOf(column) : exactTerms(column.subarray(start));
  const means = dividedSums(windowSums(terms, period), period * terms.scale);
  if (start === 0) return means;
  const out = new Float64Array(column.length).fill(NaN);
  out.set(means, Math.min(start, column.length));
  return out;
}

/** Mean weighted linearly: the newest value weighs `period`, the oldest 1. */
export function weightedWindowMean(column: Float64Array, period: number): Float64Array {
  const terms = termsOf(column);
  const weights = (period * (period + 1)) / 2;
  const divisor = weights * terms.scale;
  return terms.lo === null && terms.largest * weights < Number.MAX_SAFE_INTEGER
    ? dividedSums({ hi: plainWeightedSums(terms.hi, period), lo: null }, divisor)
    : compensatedWeightedMeans(terms, period, divisor);
}

function plainWeightedSums(terms: Float64Array, period: number): Float64Array {
  const out = new Float64Array(terms.length).fill(NaN);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < terms.length; i += 1) {
    // All older weights fall by one: the sum of the window before is taken away, its oldest term with weight 1.
    weighted += Math.min(i + 1, period) * terms[i]! - (i >= period ? sum : 0);
    sum += terms[i]! - (i >= period ? terms[i - period]! : 0);
    if (i >= period - 1) out[i] = weighted;
  }
  return out;
}

function compensatedWeightedMeans({ hi, lo }: ExactTerms, period: number, divisor: number): Float64Array {
  const out = new Float64Array(hi.length).fill(NaN);
  for (let i = period - 1; i < hi.length; i += 1) {
    let sum = 0;
    let rest = 0;
    // Adding each newer running total once more gives every term its weight.
    let total = 0;
    let totalRest = 0;
    for (let k = i; k > i - period; k -= 1) {
      const added = sum + hi[k]!;
      const low = rest + (lo === null ? 0 : lo[k]!) + sumError(sum, hi[k]!, added);
      sum = added + low;
      rest = low - (sum - added);
      const joined = total + sum;
      const joinedLow = totalRest + rest + sumError(total, sum, joined);
      total = joined + joinedLow;
      totalRest = joinedLow - (total - joined);
    }
    out[i] = quotient(total, totalRest, divisor);
  }
  return out;
}
