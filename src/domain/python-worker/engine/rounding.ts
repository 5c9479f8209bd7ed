/** Rounds to the nearest integer, halves to even, like numpy and Python. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

/** Rounds to decimals like numpy: scale, round, scale back. */
export function roundTo(value: number, decimals: 2 | 4): number {
  const scale = 10 ** decimals;
  return roundHalfEven(value * scale) / scale;
}

/** Mean like numpy's for short lists: summed in order; 0 for an empty list. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
