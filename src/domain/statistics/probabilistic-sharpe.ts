import { mean, shape, variance } from './moments.ts';
import { normalCdf } from './normal-distribution.ts';

/** What an estimated Sharpe ratio rests on. */
export interface SharpeSample {
  /** Per period, not annualised. */
  readonly sharpe: number;
  readonly periods: number;
  readonly skewness: number;
  /** Not excess: 3 for a normal distribution. */
  readonly kurtosis: number;
}

/** Null when there are fewer than two returns or they do not vary. */
export function sharpeSample(returns: readonly number[]): SharpeSample | null {
  const spread = variance(returns);
  if (!(spread > 0)) return null;
  return { sharpe: mean(returns) / Math.sqrt(spread), periods: returns.length, ...shape(returns) };
}

/**
 * Probability that the true Sharpe ratio is above `threshold` (per period), given a sample with its skewness and
 * kurtosis: Bailey and Lopez de Prado (2012), "The Sharpe ratio efficient frontier". Null when the estimate's variance
 * comes out as not positive.
 */
export function probabilityAbove(sample: SharpeSample, threshold: number): number | null {
  const { sharpe, periods, skewness, kurtosis } = sample;
  const scale = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2;
  return scale > 0 ? normalCdf(((sharpe - threshold) * Math.sqrt(periods - 1)) / Math.sqrt(scale)) : null;
}

/** `probabilityAbove` of a sample of returns; `threshold` is per period. Null when undefined. */
export function probabilisticSharpe(returns: readonly number[], threshold: number): number | null {
  const sample = sharpeSample(returns);
  return sample && probabilityAbove(sample, threshold);
}
