import { decimalsOf } from '../../market/rounding.ts';
import { SpecError } from '../../spec-error.ts';

/** Parameter values of a family by name. All parameters are present. */
export type FamilyParameters = Readonly<Record<string, number | string>>;

/** Condition for a parameter to be relevant: another parameter has one of these values. */
export interface Relevance {
  readonly parameter: string;
  readonly oneOf: readonly string[];
}

/** Numbers on the grid min, min + step, .. max, or a choice of names. */
export type ParameterRange =
  | {
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly when?: Relevance;
    }
  | { readonly name: string; readonly choices: readonly string[]; readonly when?: Relevance };

/** Number of values in a range. */
export function sizeOf(range: ParameterRange): number {
  return 'choices' in range ? range.choices.length : Math.floor((range.max - range.min) / range.step + 1e-9) + 1;
}

/** Value at a position 0..sizeOf - 1, without floating-point error: 0.3, never 0.30000000000000004. */
export function valueAt(range: ParameterRange, position: number): number | string {
  if ('choices' in range) return range.choices[position]!;
  const decimals = Math.max(decimalsOf(range.min), decimalsOf(range.step));
  return Number((range.min + position * range.step).toFixed(decimals));
}

/** Position of the grid value nearest to `value`. @throws SpecError when `value` is outside the range. */
export function positionOf(range: ParameterRange, value: number | string | undefined): number {
  if ('choices' in range) {
    const position = range.choices.indexOf(String(value));
    if (position >= 0) return position;
    throw new SpecError(range.name, `'${value}' must be one of ${range.choices.join(', ')}`);
  }
  if (typeof value === 'number' && value >= range.min && value <= range.max) {
    return Math.min(sizeOf(range) - 1, Math.round((value - range.min) / range.step));
  }
  throw new SpecError(range.name, `${value} must be a number from ${range.min} to ${range.max}`);
}

export function isRelevant(range: ParameterRange, parameters: FamilyParameters): boolean {
  return range.when === undefined || range.when.oneOf.includes(String(parameters[range.when.parameter]));
}

/** Checks that every parameter is present and in its range, and that none is unknown. @throws SpecError */
export function requireParameters(ranges: readonly ParameterRange[], parameters: FamilyParameters): void {
  for (const range of ranges) positionOf(range, parameters[range.name]);
  const names = ranges.map((range) => range.name);
  const unknown = Object.keys(parameters).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SpecError(unknown, `unknown parameter: expected ${names.join(', ')}`);
}
