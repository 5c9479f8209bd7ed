import { type NumberRange } from './grammar.ts';
import { isInRange, rangeText } from './number-range.ts';
import { SpecError } from '../spec-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Names of the fields that an object has. */
export interface FieldNames {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

const NONE: readonly string[] = [];

/** Path of a field inside a spec; the path of the spec itself is empty. */
export const pathOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Checks that `value` is an object with all `required` fields and no others except `optional` ones. @throws SpecError */
export function fieldsOf(value: unknown, path: string, { required, optional = NONE }: FieldNames): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SpecError(path, `must be an object with ${required.join(', ')}`);
  }
  const fields = value as Fields;
  for (const name of required) if (fields[name] === undefined) throw new SpecError(pathOf(path, name), 'is missing');
  for (const name of Object.keys(fields)) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw new SpecError(pathOf(path, name), `unknown field: expected ${[...required, ...optional].join(', ')}`);
    }
  }
  return fields;
}

/** Reads a text field. @throws SpecError unless it is one of `choices`. */
export function textAt(fields: Fields, name: string, path: string, choices: readonly string[]): string {
  const value = fields[name];
  if (typeof value === 'string' && choices.includes(value)) return value;
  throw new SpecError(pathOf(path, name), `${shown(value)} must be one of ${choices.join(', ')}`);
}

/** Reads a number field. @throws SpecError unless it is a finite number. */
export function numberAt(fields: Fields, name: string, path: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new SpecError(pathOf(path, name), `${shown(value)} must be a number`);
}

/** Checks a number field. @throws SpecError unless it is a number in `range`. */
export function numberInRangeAt(fields: Fields, name: string, path: string, range: NumberRange): void {
  const value = numberAt(fields, name, path);
  if (isInRange(value, range)) return;
  throw new SpecError(pathOf(path, name), `${value} must be ${rangeText(range)} (${range.meaning})`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a value of type ${typeof value}`;
}
