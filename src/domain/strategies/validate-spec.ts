import { SPEC_FIELDS, type Shape, type Variants } from './grammar.ts';
import { type StrategySpec } from './spec.ts';
import { fieldsOf, numberInRangeAt, textAt, type FieldNames, type Fields } from './spec-fields.ts';
import { validateCondition } from './validate-condition.ts';

/** Checks one field of a spec. @throws SpecError */
type Check = (spec: Fields, name: string) => void;

const KIND: FieldNames = { required: ['kind'] };
const FIELDS = Object.entries(SPEC_FIELDS);
const NAMES: FieldNames = {
  required: FIELDS.filter(([, { optional }]) => optional !== true).map(([name]) => name),
  optional: FIELDS.filter(([, { optional }]) => optional === true).map(([name]) => name),
};
const CHECKS: readonly (readonly [name: string, check: Check])[] = FIELDS.map(([name, { shape }]) => [
  name,
  checkOf(shape),
]);

/**
 * Checks that a value is a valid spec and returns it. Strict: unknown fields are refused, because the engine would
 * ignore them.
 * @throws SpecError at the first wrong field.
 */
export function validateSpec(value: unknown): StrategySpec {
  const spec = fieldsOf(value, '', NAMES);
  for (const [name, check] of CHECKS) if (spec[name] !== undefined) check(spec, name);
  return value as StrategySpec;
}

function checkOf(shape: Shape): Check {
  switch (shape.type) {
    case 'choice':
      return (spec, name) => void textAt(spec, name, '', shape.of);
    case 'number':
      return (spec, name) => numberInRangeAt(spec, name, '', shape);
    case 'condition':
      return (spec, name) => validateCondition(spec[name], name);
    case 'variants':
      return checkOfVariants(shape);
    case 'by-side': {
      const checks = { long: checkOfVariants(shape.of.long), short: checkOfVariants(shape.of.short) };
      // `side` comes earlier in the table, so it has already been checked.
      return (spec, name) => checks[spec['side'] as StrategySpec['side']](spec, name);
    }
  }
}

function checkOfVariants({ of }: Variants): Check {
  const kinds = Object.keys(of);
  const variants = new Map(
    Object.entries(of).map(([kind, fields]) => {
      const ranges = Object.entries(fields);
      return [kind, { ranges, names: { required: ['kind', ...Object.keys(fields)] } }];
    }),
  );
  return (spec, path) => {
    const value = spec[path];
    const open = typeof value === 'object' && value !== null && 'kind' in value ? { kind: value.kind } : value;
    const { names, ranges } = variants.get(textAt(fieldsOf(open, path, KIND), 'kind', path, kinds))!;
    const fields = fieldsOf(value, path, names);
    for (const [name, range] of ranges) numberInRangeAt(fields, name, path, range);
  };
}
