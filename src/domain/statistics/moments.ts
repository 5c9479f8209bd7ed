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

/** Skewness and kurtosis (not excess: 3 for a normal distribution) of a sample whose variance is above zero. */
export function shape(values: readonly number[]): { readonly skewness: number; readonly kurtosis: number } {
  const average = mean(values);
  const deviation = Math.sqrt(variance(values, 0));
  const moment = (power: number): number => mean(values.map((value) => ((value - average) / deviation) ** power));
  return { skewness: moment(3), kurtosis: moment(4) };
}
