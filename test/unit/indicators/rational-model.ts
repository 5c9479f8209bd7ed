/**
 * A second, independent reading of rule 17 in whole-number fractions: no double takes part before the last rounding.
 * Shares no code with the indicators.
 */

/** `top / bottom`, `bottom` above zero. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

export const fraction = (top: bigint, bottom = 1n): Fraction =>
  bottom < 0n ? { top: -top, bottom: -bottom } : { top, bottom };
export const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, fraction(-b.top, b.bottom));
export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.top * b.top, a.bottom * b.bottom);
export const over = (a: Fraction, b: Fraction): Fraction => fraction(a.top * b.bottom, a.bottom * b.top);
export const sumOf = (values: readonly Fraction[]): Fraction => values.reduce(plus, fraction(0n));

/** The number that a double stands for: its shortest decimal text if that has at most 12 fraction digits, else itself. */
export function meant(value: number): Fraction {
  const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
  const [, sign, whole, digits = '', exponent = '0'] = decimal;
  const places = digits.length - Number(exponent);
  const steps = BigInt(whole! + digits) * (sign === '-' ? -1n : 1n);
  const text = places > 0 ? fraction(steps, 10n ** BigInt(places)) : fraction(steps * 10n ** BigInt(-places));
  return places <= 12 && steps < 2n ** 50n && -steps < 2n ** 50n ? text : exactly(value);
}

/** A double as the binary fraction that it is. */
export function exactly(value: number): Fraction {
  let shift = 0n;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1n;
  }
  return fraction(BigInt(scaled), 2n ** shift);
}

const bitsOf = (value: bigint): bigint => BigInt(value.toString(2).length);

/** The nearest double; ties to even. */
export function nearest({ top, bottom }: Fraction): number {
  if (top === 0n) return 0;
  if (top < 0n) return -nearest({ top: -top, bottom });
  // Scaled so that the quotient has 53 or 54 bits.
  let shift = 54n - (bitsOf(top) - bitsOf(bottom));
  let [scaled, divisor] = shift >= 0n ? [top << shift, bottom] : [top, bottom << -shift];
  while (scaled / divisor >= 2n ** 53n) {
    shift -= 1n;
    [scaled, divisor] = shift >= 0n ? [top << shift, bottom] : [top, bottom << -shift];
  }
  let quotient = scaled / divisor;
  const rest = 2n * (scaled % divisor);
  if (rest > divisor || (rest === divisor && quotient % 2n === 1n)) quotient += 1n;
  return Number(quotient) * 2 ** -Number(shift);
}

/** The square root: exact where it is a fraction, otherwise to 300 bits and more, far beyond any double rounding. */
export function rootOf({ top, bottom }: Fraction): Fraction {
  if (top === 0n) return fraction(0n);
  // The root of top / bottom is that of top * bottom over bottom.
  const scaled = (top * bottom) << 600n;
  let root = 2n ** ((bitsOf(scaled) + 1n) / 2n);
  for (;;) {
    const next = (root + scaled / root) / 2n;
    if (next >= root) break;
    root = next;
  }
  return root * root === scaled ? fraction(root, bottom * 2n ** 300n) : fraction(2n * root + 1n, bottom * 2n ** 301n);
}

/** Population variance. */
export function varianceOf(values: readonly Fraction[]): Fraction {
  const count = fraction(BigInt(values.length));
  const mean = over(sumOf(values), count);
  return over(sumOf(values.map((value) => times(minus(value, mean), minus(value, mean)))), count);
}
