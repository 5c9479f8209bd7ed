import { type Series } from '../market/series.ts';
import { productError, ratio, sumError } from './compensated.ts';
import { pricesInOneUnit, restOf, termsOf, type ExactTerms } from './exact-terms.ts';
import { termsAmong } from './terms-among.ts';
import { exponentialAverage, wilderAverage } from './moving-average.ts';
import { slidingMaximum, slidingMinimum } from './sliding-window.ts';
import { dividedSums, foldedSums, windowSums } from './window-sums.ts';

/** Wilder's relative strength index, 0..100; first defined at bar `period`; 50 when the price has not moved. */
export function relativeStrength(close: Float64Array, period: number): Float64Array {
  const gains = new Float64Array(close.length);
  const losses = new Float64Array(close.length);
  for (let i = 1; i < close.length; i += 1) {
    const change = close[i]! - close[i - 1]!;
    if (change > 0) gains[i] = change;
    else losses[i] = -change;
  }
  const up = wilderAverage(gains, period, 1);
  const down = wilderAverage(losses, period, 1);
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = period; i < close.length; i += 1) {
    const moved = up[i]! + down[i]!;
    out[i] = moved > 0 ? (100 * up[i]!) / moved : 50;
  }
  return out;
}

/**
 * Cutler's relative strength index: sums of the last `period` gains and losses instead of Wilder's smoothing, so that a
 * value depends on no earlier bar. 0..100; first defined at bar `period`; 50 when the price has not moved.
 */
export function cutlerRelativeStrength(close: Float64Array, period: number): Float64Array {
  const terms = termsOf(close);
  const gains = new Float64Array(close.length);
  const gainsLow = new Float64Array(close.length);
  const moves = new Float64Array(close.length);
  const movesLow = new Float64Array(close.length);
  for (let i = 1; i < close.length; i += 1) {
    const change = terms.hi[i]! - terms.hi[i - 1]!;
    const low = sumError(terms.hi[i]!, -terms.hi[i - 1]!, change) + (restOf(terms, i) - restOf(terms, i - 1));
    const isRise = close[i]! > close[i - 1]!;
    moves[i] = isRise ? change : -change;
    movesLow[i] = isRise ? low : -low;
    if (isRise) {
      gains[i] = change;
      gainsLow[i] = low;
    }
  }
  const up = summed(terms, gains, gainsLow, period);
  const moved = summed(terms, moves, movesLow, period);
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = period; i < close.length; i += 1) {
    const total = moved.hi[i]!;
    out[i] = total > 0 ? share(up.hi[i]!, up.lo?.[i] ?? 0, total, moved.lo?.[i] ?? 0) : 50;
  }
  return out;
}

/** Sums of changes between terms; whole where the terms are. */
function summed(terms: ExactTerms, hi: Float64Array, rest: Float64Array, period: number) {
  const { lo, largest } = terms;
  return lo === null ? windowSums({ ...terms, hi, largest: 2 * largest }, period) : foldedSums(hi, rest, period);
}

/**
 * 100 * part / whole, rounded once. The rests may be larger than half a unit of what they belong to: the difference of
 * neighbouring doubles is all rest.
 */
function share(part: number, partLow: number, whole: number, wholeLow: number): number {
  const top = part + partLow;
  const scaled = 100 * top;
  const scaledLow = productError(100, top, scaled) + 100 * sumError(part, partLow, top);
  const bottom = whole + wholeLow;
  return ratio(scaled, scaledLow, bottom, sumError(whole, wholeLow, bottom));
}

/** 100 * (a - b) / (c - d), rounded once, of terms in one unit. */
function shareOfDifferences(
  a: ExactTerms,
  b: ExactTerms,
  c: ExactTerms,
  d: ExactTerms,
  i: number,
  before: number,
): number {
  const part = a.hi[i]! - b.hi[before]!;
  const partLow = sumError(a.hi[i]!, -b.hi[before]!, part) + (restOf(a, i) - restOf(b, before));
  const whole = c.hi[i]! - d.hi[before]!;
  const wholeLow = sumError(c.hi[i]!, -d.hi[before]!, whole) + (restOf(c, i) - restOf(d, before));
  return share(part, partLow, whole, wholeLow);
}

/**
 * Stochastic oscillator. `k`: position of the close between lowest low and highest high of `period` bars, 0..100 (50
 * when they are equal), first defined at bar period - 1. `d`: its mean over `signal` bars, first defined at bar period
 * + signal - 2.
 */
export function stochastic(series: Series, period: number, signal: number): Record<'k' | 'd', Float64Array> {
  const [high, low, close] = pricesInOneUnit(series, ['high', 'low', 'close']) as [ExactTerms, ExactTerms, ExactTerms];
  const top = termsAmong(slidingMaximum(series.high, period), high);
  const bottom = termsAmong(slidingMinimum(series.low, period), low);
  const first = Math.min(period - 1, series.length);
  const k = new Float64Array(series.length).fill(NaN);
  for (let i = first; i < series.length; i += 1) {
    const isOpen = top.hi[i]! > bottom.hi[i]! || restOf(top, i) > restOf(bottom, i);
    k[i] = isOpen ? shareOfDifferences(close, bottom, top, bottom, i, i) : 50;
  }
  // Ratios are no decimals: they are averaged as the doubles that they are.
  const d = new Float64Array(series.length).fill(NaN);
  d.set(dividedSums(foldedSums(k.subarray(first), null, signal), signal), first);
  return { k, d };
}

/**
 * MACD, quote currency. `line`: fast minus slow exponential average, first defined when the longer one is (bar
 * max(fast, slow) - 1). `signal` (exponential average of `line`) and `histogram` (line - signal): `signal` - 1 bars
 * later.
 */
export function movingAverageConvergence(
  close: Float64Array,
  fast: number,
  slow: number,
  signal: number,
): Record<'line' | 'signal' | 'histogram', Float64Array> {
  const quick = exponentialAverage(close, fast);
  const line = differences(quick, exponentialAverage(close, slow));
  const average = exponentialAverage(line, signal, Math.max(fast, slow) - 1);
  return { line, signal: average, histogram: differences(line, average) };
}

function differences(left: Float64Array, right: Float64Array): Float64Array {
  const out = new Float64Array(left.length);
  for (let i = 0; i < out.length; i += 1) out[i] = left[i]! - right[i]!;
  return out;
}

/** Change of the close over `period` bars in percent (2 is 2 %); first defined at bar `period`. */
export function rateOfChange(close: Float64Array, period: number): Float64Array {
  const terms = termsOf(close);
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = period; i < close.length; i += 1) {
    const before = terms.hi[i - period]!;
    const change = terms.hi[i]! - before;
    const low = sumError(terms.hi[i]!, -before, change) + (restOf(terms, i) - restOf(terms, i - period));
    out[i] = share(change, low, before, restOf(terms, i - period));
  }
  return out;
}
