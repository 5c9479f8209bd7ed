/**
 * Arithmetic on whole numbers of any size, for the few windows whose rounding 106 bits do not decide. A double is here a
 * whole number of 2^-1074, the smallest double.
 */
export const FRACTION_BITS = 1074n;
const MANTISSA_BITS = 52;
/** More bits than a double holds, by enough for a last one that tells a remainder. */
const QUOTIENT_BITS = 64;

const double = new Float64Array(1);
const pattern = new BigUint64Array(double.buffer);

/** A finite double times 2^1074. */
export function fixedPoint(value: number): bigint {
  double[0] = Math.abs(value);
  const exponent = pattern[0]! >> BigInt(MANTISSA_BITS);
  const fraction = BigInt.asUintN(MANTISSA_BITS, pattern[0]!);
  const size = exponent === 0n ? fraction : (fraction | (1n << BigInt(MANTISSA_BITS))) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** The double nearest to `top / bottom`, ties to even; `bottom` above zero, the double well within its range. */
export function nearestQuotient(top: bigint, bottom: bigint): number {
  if (top < 0n) return -nearestQuotient(-top, bottom);
  const shift = QUOTIENT_BITS - (bitsOf(top) - bitsOf(bottom));
  const [scaled, divisor] = shift >= 0 ? [top << BigInt(shift), bottom] : [top, bottom << BigInt(-shift)];
  const quotient = scaled / divisor;
  // Number() rounds to the nearest double; a last bit for the remainder keeps what is above a tie above it.
  return Number(quotient * divisor === scaled ? quotient : quotient | 1n) * 2 ** -shift;
}

/** The double nearest to (whole + sign * sqrt(square)) / bottom. */
export function nearestWithRoot(whole: bigint, sign: bigint, square: bigint, bottom: bigint): number {
  const root = floorRoot(square);
  // Half a unit stands for what the root misses: it never decides more than on which side of a tie the number is.
  const missing = root * root === square ? 0n : 1n;
  return nearestQuotient(2n * whole + sign * (2n * root + missing), 2n * bottom);
}

function floorRoot(square: bigint): bigint {
  if (square === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(bitsOf(square) / 2));
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Bits of a number, up to three too many. */
const bitsOf = (value: bigint): number => 4 * value.toString(16).length;
