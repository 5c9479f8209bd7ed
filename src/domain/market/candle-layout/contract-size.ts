/** Base units of a contract: exchanges take 1, 2 or 5 times a power of ten. */
const DIGITS = [1, 2, 5];
const EXPONENTS = Array.from({ length: 17 }, (_, i) => i - 8);
const SIZES = EXPONENTS.flatMap((exponent) => DIGITS.map((digit) => Number(`${digit}e${exponent}`)));

/**
 * Base units of a contract, from a volume in contracts and the same volume in quote currency: the size with which one
 * times the price is the other. Null when there is none, or more than one.
 */
export function contractSizeOf(isBaseTimes: (size: number) => boolean): number | null {
  const sizes = SIZES.filter(isBaseTimes);
  return sizes.length === 1 ? sizes[0]! : null;
}
