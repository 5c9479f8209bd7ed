import { AppError } from '../errors.ts';

/**
 * Standard normal distribution function: the double-precision algorithm of Hart (1968) as published by West (2005),
 * "Better approximations to cumulative normal functions". Absolute error below 1e-14; relative error below 1e-7 in the far tail.
 */
export function normalCdf(x: number): number {
  const tail = upperTail(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
}

const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];
const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/** Horner's scheme, highest power first. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** P(X > x) for x >= 0. */
function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2);
  if (x < 7.071) return (density * polynomial(NUMERATOR, x)) / polynomial(DENOMINATOR, x);
  return density / SQRT_2_PI / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65)))));
}

const CENTRE_NUMERATOR = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_DENOMINATOR = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
];
const TAIL_NUMERATOR = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DENOMINATOR = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL_BELOW = 0.02425;

/**
 * The x with normalCdf(x) = p: Acklam's rational approximation (relative error 1.2e-9) plus one Halley step on
 * `normalCdf`, which reduces the error to that of `normalCdf`. -Infinity at 0, Infinity at 1.
 * @throws AppError `internal` outside [0, 1].
 */
export function inverseNormalCdf(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new AppError('internal', `${p} is not a probability`);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  // Use symmetry for the upper half: 1 - p is exact there, and small tails keep their digits.
  if (p > 0.5) return -inverseNormalCdf(1 - p);
  const x = approximateInverse(p);
  const error = (normalCdf(x) - p) * SQRT_2_PI * Math.exp((x * x) / 2);
  return x - error / (1 + (x * error) / 2);
}

function approximateInverse(p: number): number {
  if (p < TAIL_BELOW) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_NUMERATOR, q) / polynomial(TAIL_DENOMINATOR, q);
  }
  const q = p - 0.5;
  return (q * polynomial(CENTRE_NUMERATOR, q * q)) / polynomial(CENTRE_DENOMINATOR, q * q);
}
