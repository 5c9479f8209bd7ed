/** To the nearest whole number, halves to the even one: what numpy and Python do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

/** numpy's rounding to decimals: scaled, rounded, scaled back. */
export function roundTo(value: number, decimals: 2 | 4): number {
  const scale = 10 ** decimals;
  return roundHalfEven(value * scale) / scale;
}

/** numpy's mean of a short list: summed from the first on; 0 for none. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
