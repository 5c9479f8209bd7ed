import { type Series } from '../market/series.ts';
import { productError } from './compensated.ts';
import { fixedPoint } from './exact-quotient.ts';

/**
 * A column as the numbers that its text meant, in steps of 1 / `scale`. A price of 0.1 is one step of 0.1, not the
 * double next to it: sums of steps are exact, so windows of equal content have equal values, and ties stay ties
 * (docs/simulation-rules.md rule 17).
 *
 * What a value stands for depends on that value alone, never on its column: a decimal of at most 12 fraction digits
 * whose steps stay below 2^50 (15 digits), otherwise the double itself. `scale` only chooses the unit; a finer one
 * gives the same results.
 */
export interface ExactTerms {
  /** Fraction digits of a step. */
  readonly decimals: number;
  /** 10 ** decimals. */
  readonly scale: number;
  /** Value times `scale`; whole where `lo` is null. */
  readonly hi: Float64Array;
  /** What `hi` misses; null when nothing is missing anywhere and every value is finite. */
  readonly lo: Float64Array | null;
  /** Largest |hi|. */
  readonly largest: number;
}

const MAX_DECIMALS = 12;
/** Below this number of steps two different numbers of steps never round to the same double. */
const MAX_STEPS = 2 ** 50;
const POWERS = Array.from({ length: MAX_DECIMALS + 1 }, (_, digits) => Number(`1e${digits}`));

/** `value` as a whole number of steps of 1 / `scale`, or NaN when it is none. */
function stepsOf(value: number, scale: number): number {
  const steps = Math.round(value * scale);
  return steps < MAX_STEPS && steps > -MAX_STEPS && steps / scale === value ? steps : NaN;
}

/** The most fraction digits that leave the steps of `value` below `MAX_STEPS`; -1 when there are none. */
function mostDecimals(value: number): number {
  let decimals = MAX_DECIMALS;
  while (decimals >= 0 && !(Math.abs(value) * POWERS[decimals]! < MAX_STEPS)) decimals -= 1;
  return decimals;
}

/** Fewest fraction digits, at least `least`, that express every decimal of the column. */
export function decimalsOf(column: Float64Array, least = 0): number {
  let decimals = least;
  for (let i = 0; i < column.length; i += 1) {
    const value = column[i]!;
    const steps = Math.round(value * POWERS[decimals]!);
    if (steps / POWERS[decimals]! === value && steps < MAX_STEPS && steps > -MAX_STEPS) continue;
    const most = mostDecimals(value);
    // A decimal of fewer digits is one of `most` digits too.
    if (most <= decimals || Number.isNaN(stepsOf(value, POWERS[most]!))) continue;
    while (Number.isNaN(stepsOf(value, POWERS[decimals]!))) decimals += 1;
  }
  return decimals;
}

/** @param decimals fraction digits of a step, 0..12; those of another column make both comparable */
export function exactTerms(column: Float64Array, decimals = decimalsOf(column)): ExactTerms {
  const scale = POWERS[decimals]!;
  const hi = new Float64Array(column.length);
  let lo: Float64Array | null = null;
  let largest = 0;
  for (let i = 0; i < column.length; i += 1) {
    const value = column[i]!;
    const steps = Math.round(value * scale);
    if (steps / scale === value && steps < MAX_STEPS && steps > -MAX_STEPS) {
      hi[i] = steps;
    } else {
      lo ??= new Float64Array(column.length);
      const most = mostDecimals(value);
      const own = most < 0 ? NaN : stepsOf(value, POWERS[most]!);
      // With more steps than fit at this scale the decimal is counted at its own; `most` is below `decimals` then.
      const [factor, unit] = Number.isNaN(own) ? [value, scale] : [own, POWERS[decimals - most]!];
      const product = factor * unit;
      hi[i] = product;
      lo[i] = productError(factor, unit, product);
    }
    const size = Math.abs(hi[i]!);
    if (size > largest) largest = size;
  }
  return { decimals, scale, hi, lo, largest };
}

const known = new WeakMap<Float64Array, ExactTerms>();

/**
 * Terms of a column of a series, worked out once: many windows look at the same prices. Not for columns that a caller
 * has made for itself. Columns of a series do not change.
 */
export function termsOf(column: Float64Array): ExactTerms {
  const terms = known.get(column) ?? exactTerms(column);
  known.set(column, terms);
  return terms;
}

type Price = 'high' | 'low' | 'close';
const knownPrices = new WeakMap<object, Map<string, readonly ExactTerms[]>>();

/** Terms of these prices of a series in one unit, in the order of their names, worked out once. */
export function pricesInOneUnit(series: Pick<Series, Price>, names: readonly Price[]): readonly ExactTerms[] {
  const key = names.join();
  const ofSeries = knownPrices.get(series) ?? new Map<string, readonly ExactTerms[]>();
  knownPrices.set(series, ofSeries);
  const prices = ofSeries.get(key) ?? termsInOneUnit(names.map((name) => series[name]));
  ofSeries.set(key, prices);
  return prices;
}

/** Terms of several columns in one unit. */
function termsInOneUnit(columns: readonly Float64Array[]): readonly ExactTerms[] {
  const decimals = columns.reduce((least, column) => decimalsOf(column, least), 0);
  return columns.map((column) => exactTerms(column, decimals));
}

/** What `hi` misses at an index. */
export function restOf({ lo }: ExactTerms, i: number): number {
  return lo === null ? 0 : lo[i]!;
}

/** A term as a whole number of 2^-1074. */
export const wholeTermOf = (terms: ExactTerms, i: number): bigint =>
  fixedPoint(terms.hi[i]!) + fixedPoint(restOf(terms, i));
