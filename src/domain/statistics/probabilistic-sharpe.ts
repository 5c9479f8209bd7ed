import { mean, shape, spreadOf } from './moments.ts';
import { normalCdf } from './normal-distribution.ts';

/** A Sharpe ratio estimate with its sample moments. */
export interface SharpeSample {
  /** Per period, not annualised. */
  readonly sharpe: number;
  readonly periods: number;
  readonly skewness: number;
  /** Not excess: 3 for a normal distribution. */
  readonly kurtosis: number;
}

/** Null for fewer than two returns or returns that do not vary. */
export function sharpeSample(returns: readonly number[]): SharpeSample | null {
  const spread = spreadOf(returns);
  if (spread === null) return null;
  return { sharpe: mean(returns) / spread, periods: returns.length, ...shape(returns) };
}

/**
 * Probability that the true Sharpe ratio is above `threshold` (per period), given skewness and kurtosis of the sample:
 * Bailey and Lopez de Prado (2012), "The Sharpe ratio efficient frontier". Null when the variance of the estimate is
 * not positive.
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
