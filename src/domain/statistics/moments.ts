/** Sample moments. They never return null: callers handle samples that are too small. */

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Sample variance with `ddof` 1, population variance with 0. NaN for fewer than `ddof` + 1 values. */
export function variance(values: readonly number[], ddof: 0 | 1 = 1): number {
  const average = mean(values);
  const squares = values.reduce((total, value) => total + (value - average) ** 2, 0);
  return values.length > ddof ? squares / (values.length - ddof) : NaN;
}

/** Relative to the mean: a smaller spread comes from rounding. */
const NO_SPREAD = 1e-12;
/** A return is a ratio near 1 minus 1: its rounding error is of this size whatever its mean. */
const RETURN_ERROR = 4 * Number.EPSILON;

/**
 * Standard deviation (ddof 1) of returns; null for fewer than two and where they do not vary: equal returns differ by
 * rounding errors alone (docs/simulation-rules.md rule 14).
 */
export function spreadOf(returns: readonly number[]): number | null {
  const spread = Math.sqrt(variance(returns));
  return spread > Math.max(RETURN_ERROR, NO_SPREAD * Math.abs(mean(returns))) ? spread : null;
}

/** Skewness and kurtosis (not excess: 3 for a normal distribution) of a sample whose variance is above zero. */
export function shape(values: readonly number[]): { readonly skewness: number; readonly kurtosis: number } {
  const average = mean(values);
  const deviation = Math.sqrt(variance(values, 0));
  const moment = (power: number): number => mean(values.map((value) => ((value - average) / deviation) ** power));
  return { skewness: moment(3), kurtosis: moment(4) };
}
