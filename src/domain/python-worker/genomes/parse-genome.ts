import { errorText } from '../../errors.ts';
import { SpecError } from '../../spec-error.ts';
import { numberAt, type Fields } from '../../strategies/spec-fields.ts';
import { type Genome } from './genome.ts';

const NUMERIC_PARAMS = ['sl_pct', 'tp_pct', 'size_pct', 'max_positions', 'leverage'] as const;

/** Whether a value has the shape of a genome: specs have no `entry_rules`. */
export function isGenome(value: unknown): boolean {
  return isObject(value) && 'entry_rules' in value;
}

/** Parses the JSON text of a genome. @throws SpecError as `parseGenome`, and for text that is not JSON. */
export function parseGenomeText(text: string): Genome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SpecError('genome', `is not JSON: ${errorText(error)}`);
  }
  return parseGenome(value);
}

/**
 * Checks that a value is a genome that a worker can run, and returns it. As tolerant as the workers: unknown keys,
 * names and periods, any `op` and `direction`, and sides that are numbers or null are allowed. Values that would stop a
 * worker, or that it could only misread, are refused. `entry_rules` or `params` may be absent, but not both; the absent
 * one is empty.
 * @throws SpecError with the path of the field (`entry_rules[0].left.period`).
 */
export function parseGenome(value: unknown): Genome {
  if (!isObject(value)) throw new SpecError('genome', 'must be an object with entry_rules and params');
  if (value['entry_rules'] === undefined && value['params'] === undefined) {
    throw new SpecError('genome', 'has neither entry_rules nor params');
  }
  const { entry_rules: rules = [], params = {} } = value;
  if (!Array.isArray(rules)) throw new SpecError('entry_rules', 'must be a list of rules');
  rules.forEach((rule: unknown, i) => requireRule(rule, `entry_rules[${i}]`));
  if (!isObject(params)) throw new SpecError('params', 'must be an object');
  for (const name of NUMERIC_PARAMS) if (params[name] !== undefined) numberAt(params, name, 'params');
  const whole = value['entry_rules'] !== undefined && value['params'] !== undefined;
  return (whole ? value : { ...value, entry_rules: rules, params }) as unknown as Genome;
}

function requireRule(rule: unknown, path: string): void {
  if (!isObject(rule)) throw new SpecError(path, 'must be an object with left, op and right');
  for (const side of ['left', 'right']) {
    if (rule[side] === undefined) throw new SpecError(`${path}.${side}`, 'is missing');
    requireSide(rule[side], `${path}.${side}`);
  }
  if (typeof rule['op'] !== 'string') throw new SpecError(`${path}.op`, "must be '>' or '<'");
}

function requireSide(side: unknown, path: string): void {
  if (side === null || (typeof side === 'number' && Number.isFinite(side))) return;
  if (!isObject(side)) throw new SpecError(path, 'must name an indicator, a field or a value');
  if (side['value'] !== undefined) {
    numberAt(side, 'value', path);
  } else if (side['indicator'] !== undefined) {
    requireName(side, 'indicator', path);
    if (side['period'] !== undefined) numberAt(side, 'period', path);
  } else if (side['field'] !== undefined) {
    requireName(side, 'field', path);
  }
}

function requireName(side: Fields, key: string, path: string): void {
  if (typeof side[key] !== 'string') throw new SpecError(`${path}.${key}`, 'must be a name');
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
