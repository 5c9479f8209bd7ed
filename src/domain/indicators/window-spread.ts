import { certainRatio, productError, quotient, ratio, rootError, sumError } from './compensated.ts';
import { FRACTION_BITS, fixedPoint, nearestWithRoot } from './exact-quotient.ts';
import { termsOf, wholeTermOf, type ExactTerms } from './exact-terms.ts';

/**
 * What a spread is made of at one bar, in steps of n and the scale: `sum` of the window's terms and `root` = the square
 * root of n * sum(t^2) - sum(t)^2, both as hi + lo. Their quotients by n * scale are the mean and the population
 * standard deviation.
 */
type Visit = (bar: number, sum: number, sumLow: number, root: number, rootLow: number) => void;

/**
 * Population standard deviation of each window, exactly 0 when its values are equal; NaN before the first window. The
 * deviation of two doubles is often half-way between two others: such a window is computed exactly.
 */
export function windowDeviation(column: Float64Array, period: number): Float64Array {
  const terms = termsOf(column);
  const out = new Float64Array(column.length).fill(NaN);
  eachSpread(terms, period, (bar, _sum, _low, root, rootLow) => {
    const deviation = certainRatio(root, rootLow, period * terms.scale, 0);
    out[bar] = Number.isNaN(deviation) ? exactLine(terms, bar, period, 1, 0n) : deviation;
  });
  return out;
}

/** Mean of each window and the lines `deviations` standard deviations above and below, each rounded once. */
export function windowBands(
  column: Float64Array,
  period: number,
  deviations: number,
): Record<'upper' | 'middle' | 'lower', Float64Array> {
  const terms = termsOf(column);
  const divisor = period * terms.scale;
  const line = (): Float64Array => new Float64Array(column.length).fill(NaN);
  const [upper, middle, lower] = [line(), line(), line()];
  eachSpread(terms, period, (bar, sum, sumLow, root, rootLow) => {
    const width = deviations * root;
    const widthLow = productError(deviations, root, width) + deviations * rootLow;
    const above = sum + width;
    const below = sum - width;
    const size = Math.abs(sum) + width;
    const top = certainRatio(above, sumError(sum, width, above) + (sumLow + widthLow), divisor, 0, size);
    const bottom = certainRatio(below, sumError(sum, -width, below) + (sumLow - widthLow), divisor, 0, size);
    upper[bar] = Number.isNaN(top) ? exactLine(terms, bar, period, deviations) : top;
    middle[bar] = quotient(sum, sumLow, divisor);
    lower[bar] = Number.isNaN(bottom) ? exactLine(terms, bar, period, -deviations) : bottom;
  });
  return { upper, middle, lower };
}

/** Mean, unless `means` is 0n, plus `deviations` standard deviations of the window that ends at `bar`. */
function exactLine(terms: ExactTerms, bar: number, period: number, deviations: number, means = 1n): number {
  let [sum, squares] = [0n, 0n];
  for (let i = bar - period + 1; i <= bar; i += 1) {
    const term = wholeTermOf(terms, i);
    sum += term;
    squares += term * term;
  }
  const count = BigInt(period);
  const width = fixedPoint(Math.abs(deviations));
  return nearestWithRoot(
    (means * sum) << FRACTION_BITS,
    deviations < 0 ? -1n : 1n,
    (count * squares - sum * sum) * width * width,
    (count * BigInt(terms.scale)) << (2n * FRACTION_BITS),
  );
}

/** Distance of each value from the mean of its window in standard deviations; NaN when the window does not vary. */
export function windowScore(column: Float64Array, period: number): Float64Array {
  const terms = termsOf(column);
  const { hi, lo } = terms;
  const out = new Float64Array(column.length).fill(NaN);
  eachSpread(terms, period, (bar, sum, sumLow, root, rootLow) => {
    if (!(root > 0)) return;
    const value = period * hi[bar]!;
    const valueLow = productError(period, hi[bar]!, value) + (lo === null ? 0 : period * lo[bar]!);
    const distance = value - sum;
    out[bar] = ratio(distance, sumError(value, -sum, distance) + (valueLow - sumLow), root, rootLow);
  });
  return out;
}

function eachSpread(terms: ExactTerms, period: number, visit: Visit): void {
  const { hi, lo } = terms;
  if (lo !== null) return eachWindow(terms, period, visit);
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < hi.length; i += 1) {
    if (hi[i]! < lowest) lowest = hi[i]!;
    if (hi[i]! > highest) highest = hi[i]!;
  }
  // Below this bound all sums that follow are exact: n^2 * range^2 < 2^104.
  const isExact = (highest - lowest) * period < 2 ** 52 && terms.largest * period < Number.MAX_SAFE_INTEGER;
  if (isExact) eachSliding(hi, lowest, period, visit);
  else eachWindow(terms, period, visit);
}

/** Sliding sums of whole terms, measured from `base`, which changes nothing in exact arithmetic. */
function eachSliding(terms: Float64Array, base: number, period: number, visit: Visit): void {
  let sum = 0;
  let squares = 0;
  let squaresLow = 0;
  for (let i = 0; i < terms.length; i += 1) {
    const added = terms[i]! - base;
    const dropped = i >= period ? terms[i - period]! - base : 0;
    const rise = added - dropped;
    // added^2 - dropped^2
    const product = rise * (added + dropped);
    const total = squares + product;
    const low = squaresLow + productError(rise, added + dropped, product) + sumError(squares, product, total);
    squares = total + low;
    squaresLow = low - (squares - total);
    sum += rise;
    if (i >= period - 1) visitSpread(i, period, sum, 0, squares, squaresLow, base, 0, visit);
  }
}

/** Each window on its own, measured from its first term: slow, for terms too large or not whole. */
function eachWindow({ hi, lo }: ExactTerms, period: number, visit: Visit): void {
  for (let i = period - 1; i < hi.length; i += 1) {
    const base = hi[i - period + 1]!;
    const baseLow = lo === null ? 0 : lo[i - period + 1]!;
    let sum = 0;
    let sumLow = 0;
    let squares = 0;
    let squaresLow = 0;
    for (let k = i - period + 2; k <= i; k += 1) {
      const rough = hi[k]! - base;
      const roughLow = sumError(hi[k]!, -base, rough) + ((lo === null ? 0 : lo[k]!) - baseLow);
      const term = rough + roughLow;
      const termLow = roughLow - (term - rough);
      const added = sum + term;
      const addedLow = sumLow + termLow + sumError(sum, term, added);
      sum = added + addedLow;
      sumLow = addedLow - (sum - added);
      const square = term * term;
      const total = squares + square;
      const low =
        squaresLow + (productError(term, term, square) + 2 * term * termLow) + sumError(squares, square, total);
      squares = total + low;
      squaresLow = low - (squares - total);
    }
    visitSpread(i, period, sum, sumLow, squares, squaresLow, base, baseLow, visit);
  }
}

/** From sums measured from `base`: the sum itself, and the root of n * squares - sum^2. */
function visitSpread(
  bar: number,
  period: number,
  sum: number,
  sumLow: number,
  squares: number,
  squaresLow: number,
  base: number,
  baseLow: number,
  visit: Visit,
): void {
  const scaled = period * squares;
  const scaledLow = productError(period, squares, scaled) + period * squaresLow;
  const square = sum * sum;
  const squareLow = productError(sum, sum, square) + 2 * sum * sumLow;
  const difference = scaled - square;
  const rest = sumError(scaled, -square, difference) + (scaledLow - squareLow);
  const spread = difference + rest;
  const root = Math.sqrt(Math.max(0, spread));
  const rootLow = rootError(spread, sumError(difference, rest, spread), root);
  const shift = period * base;
  const whole = shift + sum;
  const wholeLow = sumError(shift, sum, whole) + (productError(period, base, shift) + period * baseLow + sumLow);
  visit(bar, whole, wholeLow, root, rootLow);
}
