import { type Series } from '../market/series.ts';
import { exponentialAverage, simpleAverage, wilderAverage } from './moving-average.ts';
import { slidingMaximum, slidingMinimum, slidingMoments } from './sliding-window.ts';

/** Wilder's relative strength index, 0..100; first defined at bar `period`; 50 when the price has not moved. */
export function relativeStrength(close: Float64Array, period: number): Float64Array {
  return strength(close, period, wilderAverage);
}

/**
 * Cutler's relative strength index: simple means of the last `period` gains and losses instead of Wilder's smoothing,
 * so that a value depends on no earlier bar. 0..100; first defined at bar `period`; 50 when the price has not moved.
 */
export function cutlerRelativeStrength(close: Float64Array, period: number): Float64Array {
  return strength(close, period, simpleAverage);
}

function strength(close: Float64Array, period: number, average: typeof wilderAverage): Float64Array {
  const gains = new Float64Array(close.length);
  const losses = new Float64Array(close.length);
  for (let i = 1; i < close.length; i += 1) {
    const change = close[i]! - close[i - 1]!;
    if (change > 0) gains[i] = change;
    else losses[i] = -change;
  }
  const up = average(gains, period, 1);
  const down = average(losses, period, 1);
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = period; i < close.length; i += 1) {
    const moved = up[i]! + down[i]!;
    out[i] = moved > 0 ? (100 * up[i]!) / moved : 50;
  }
  return out;
}

/**
 * Stochastic oscillator. `k`: position of the close between lowest low and highest high of `period` bars, 0..100 (50
 * when they are equal), first defined at bar period - 1. `d`: its mean over `signal` bars, first defined at bar period
 * + signal - 2.
 */
export function stochastic(series: Series, period: number, signal: number): Record<'k' | 'd', Float64Array> {
  const top = slidingMaximum(series.high, period);
  const bottom = slidingMinimum(series.low, period);
  const k = new Float64Array(series.length).fill(NaN);
  for (let i = period - 1; i < series.length; i += 1) {
    const range = top[i]! - bottom[i]!;
    k[i] = range > 0 ? (100 * (series.close[i]! - bottom[i]!)) / range : 50;
  }
  return { k, d: simpleAverage(k, signal, period - 1) };
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
  const line = exponentialAverage(close, slow).map((value, i) => quick[i]! - value);
  const average = exponentialAverage(line, signal, Math.max(fast, slow) - 1);
  return { line, signal: average, histogram: average.map((value, i) => line[i]! - value) };
}

/** Change of the close over `period` bars in percent (2 is 2 %); first defined at bar `period`. */
export function rateOfChange(close: Float64Array, period: number): Float64Array {
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = period; i < close.length; i += 1) out[i] = 100 * (close[i]! / close[i - period]! - 1);
  return out;
}

/**
 * Standard score: distance of the close from its mean in population standard deviations; first defined at bar period -
 * 1, NaN when the close does not vary.
 */
export function standardScore(close: Float64Array, period: number): Float64Array {
  const { mean, variance } = slidingMoments(close, period);
  return mean.map((value, i) => (variance[i]! > 0 ? (close[i]! - value) / Math.sqrt(variance[i]!) : NaN));
}

/** Population standard deviation of the close; first defined at bar period - 1. Quote currency. */
export function standardDeviation(close: Float64Array, period: number): Float64Array {
  return slidingMoments(close, period).variance.map(Math.sqrt);
}
