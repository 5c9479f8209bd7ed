import { type EncodedColumn } from './chart-document.ts';

/** Maximum significant digits of the largest value; more are not visible in a chart. */
const SIGNIFICANT_DIGITS = 8;

/** The smallest number of decimals that represents every value exactly, limited by `SIGNIFICANT_DIGITS`. */
export function decimalsOf(columns: readonly Float64Array[]): number {
  let largest = 0;
  for (const column of columns) for (const value of column) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 0;
  const most = Math.max(0, SIGNIFICANT_DIGITS - Math.ceil(Math.log10(largest)));
  let decimals = 0;
  for (const column of columns) {
    for (const value of column) while (decimals < most && !isWhole(value * 10 ** decimals)) decimals += 1;
  }
  return decimals;
}

/** For numbers of up to 8 digits; their floating-point error is far below the tolerance. */
const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-6;

export function encodeColumn(values: Float64Array, decimals: number): EncodedColumn {
  const factor = 10 ** decimals;
  const bytes: number[] = [];
  let before = 0;
  for (const value of values) {
    const scaled = Math.round(value * factor);
    const difference = scaled - before;
    before = scaled;
    // Zigzag by arithmetic: bit operations would truncate numbers to 32 bits.
    let rest = difference >= 0 ? 2 * difference : -2 * difference - 1;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return { decimals, data: Buffer.from(bytes).toString('base64') };
}
