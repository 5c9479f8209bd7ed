/**
 * Arithmetic beyond double precision. A value is the unevaluated sum of two doubles, `hi + lo` with `lo` below half a
 * unit in the last place of `hi`: 106 bits, so sums and products of whole numbers are exact below 2^104. Everything is
 * a function of plain numbers, so that loops allocate nothing (Dekker 1971; Knuth, TAOCP 2, 4.2.2).
 */

/** What `a + b` loses when rounded to `sum`. Exact. */
export function sumError(a: number, b: number, sum: number): number {
  const rounded = sum - a;
  return a - (sum - rounded) + (b - rounded);
}

/** 2^27 + 1: splits a double into halves whose products are exact. */
const SPLIT = 134_217_729;

/** What `a * b` loses when rounded to `product`. Exact unless it overflows. */
export function productError(a: number, b: number, product: number): number {
  const shiftedA = SPLIT * a;
  const shiftedB = SPLIT * b;
  const highA = shiftedA - (shiftedA - a);
  const highB = shiftedB - (shiftedB - b);
  const lowA = a - highA;
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

/** (hi + lo) / divisor, rounded once. */
export function quotient(hi: number, lo: number, divisor: number): number {
  const first = hi / divisor;
  const product = first * divisor;
  return first + (hi - product - productError(first, divisor, product) + lo) / divisor;
}

/** (hi + lo) / (divisorHi + divisorLo), rounded once. */
export function ratio(hi: number, lo: number, divisorHi: number, divisorLo: number): number {
  const first = hi / divisorHi;
  const product = first * divisorHi;
  return first + (hi - product - productError(first, divisorHi, product) + lo - first * divisorLo) / divisorHi;
}

/**
 * Sums of a window are right to this share of the largest number in them: 2^13 operations that lose 2^-104 each, and
 * differences of squares that lose as many bits as the window has bars.
 */
const UNCERTAINTY = 2 ** -78;

/**
 * (hi + lo) / (divisorHi + divisorLo), rounded once, of sums that have lost up to `UNCERTAINTY` of `size`, the largest
 * number in hi; NaN when that loss may decide the rounding, as it does for a quotient half-way between two doubles.
 */
export function certainRatio(
  hi: number,
  lo: number,
  divisorHi: number,
  divisorLo: number,
  size = Math.abs(hi),
): number {
  const first = hi / divisorHi;
  const product = first * divisorHi;
  const rest = (hi - product - productError(first, divisorHi, product) + lo - first * divisorLo) / divisorHi;
  const doubt = UNCERTAINTY * (size / divisorHi);
  const rounded = first + (rest - doubt);
  return rounded === first + (rest + doubt) ? rounded : NaN;
}

/** What the square root of hi + lo loses when rounded to `root`. */
export function rootError(hi: number, lo: number, root: number): number {
  if (root === 0) return 0;
  const square = root * root;
  return (hi - square - productError(root, root, square) + lo) / (2 * root);
}
