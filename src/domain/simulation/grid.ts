/**
 * Returns a function that rounds to the nearest multiple of `increment`. Increments below 1 are treated as 1/n, so that
 * a result is the double nearest to its decimal (0.3, not 0.30000000000000004).
 */
export function nearest(increment: number): (value: number) => number {
  if (increment >= 1) return (value) => Math.round(value / increment) * increment;
  const perUnit = Math.round(1 / increment);
  return (value) => Math.round(value * perUnit) / perUnit;
}
