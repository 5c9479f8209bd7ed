import { exactTerms, type ExactTerms } from './exact-terms.ts';

/** Terms of values taken from a column (its sliding extremes), in the unit of the column's `terms`. */
export function termsAmong(values: Float64Array, terms: ExactTerms): ExactTerms {
  if (terms.lo !== null) return exactTerms(values, terms.decimals);
  const hi = new Float64Array(values.length);
  // Every value of the column is a whole number of steps: nothing is left to check.
  for (let i = 0; i < values.length; i += 1) hi[i] = Math.round(values[i]! * terms.scale);
  return { ...terms, hi };
}
