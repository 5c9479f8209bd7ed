import { type IndicatorDefinition, type Unit } from '../../src/domain/indicators/indicator.ts';
import { INDICATORS } from '../../src/domain/indicators/registry.ts';
import {
  CONSTANTS,
  FIELD_UNITS,
  GROUPS,
  MAX_DEPTH,
  OPERANDS,
  type RULE,
  SPEC_FIELDS,
  type NumberRange,
  type Shape,
  type Variants,
} from '../../src/domain/strategies/grammar.ts';
import { COMPARISONS } from '../../src/domain/strategies/spec.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const refer = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** An object with exactly these fields; those in `optional` may be absent. */
const objectOf = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const numberOf = ({ min, max, above, below, whole, meaning }: NumberRange): JsonSchema => ({
  type: whole === true ? 'integer' : 'number',
  ...(min !== undefined && { minimum: min }),
  ...(max !== undefined && { maximum: max }),
  ...(above !== undefined && { exclusiveMinimum: above }),
  ...(below !== undefined && { exclusiveMaximum: below }),
  description: meaning,
});

const variantsOf = ({ of }: Variants): JsonSchema => ({
  anyOf: Object.entries(of).map(([kind, ranges]) =>
    objectOf({
      kind: { const: kind },
      ...Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, numberOf(range)])),
    }),
  ),
});

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.type) {
    case 'number':
      return numberOf(shape);
    case 'choice':
      return { enum: shape.of };
    case 'condition':
      return refer('condition-0');
    case 'variants':
      return variantsOf(shape);
    case 'by-side':
      // The `allOf` below the properties restricts it by side.
      return {};
  }
}

const indicatorOf = (name: string, { params, outputs }: IndicatorDefinition): JsonSchema =>
  objectOf(
    {
      indicator: { const: name },
      params: objectOf(
        Object.fromEntries(
          params.map(({ name: param, min, max, integer }) => [
            param,
            { type: integer ? 'integer' : 'number', minimum: min, maximum: max },
          ]),
        ),
      ),
      output: { enum: outputs },
    },
    OPERANDS.indicator.optional,
  );

const UNITS = Object.keys(CONSTANTS) as readonly Unit[];
const INDICATOR_LIST = Object.entries(INDICATORS);

function lineOf(unit: Unit): JsonSchema {
  const fields = Object.entries(FIELD_UNITS).flatMap(([field, measured]) => (measured === unit ? [field] : []));
  return {
    anyOf: [
      ...(fields.length === 0 ? [] : [objectOf({ field: { enum: fields } })]),
      ...INDICATOR_LIST.filter(([, definition]) => definition.unit === unit).map(([name]) =>
        refer(`indicator-${name}`),
      ),
    ],
  };
}

/**
 * A line compared with another line of the same unit, or with a constant that is valid for the unit, on either side.
 */
function rulesOf(unit: Unit): readonly JsonSchema[] {
  const line = refer(`line-${unit}`);
  const constant = CONSTANTS[unit];
  const rule = (left: JsonSchema, right: JsonSchema): JsonSchema => {
    const sides: Readonly<Record<(typeof RULE.required)[number], JsonSchema>> = {
      left,
      op: { enum: COMPARISONS },
      right,
    };
    return objectOf(sides);
  };
  if (typeof constant === 'string') return [rule(line, line)];
  const level = objectOf({ value: numberOf(constant) });
  return [rule(line, { anyOf: [line, level] }), rule(level, line)];
}

function conditionAt(depth: number): JsonSchema {
  const member = refer(`condition-${depth + 1}`);
  const groups = GROUPS.map((group) => objectOf({ [group]: { type: 'array', items: member, minItems: 1 } }));
  return { anyOf: [refer('rule'), ...(depth < MAX_DEPTH ? groups : [])] };
}

/**
 * JSON Schema (2020-12) of a strategy spec. It accepts what the program accepts, and also a rule that compares a line
 * with itself, which a JSON Schema cannot detect.
 */
export function specJsonSchema(): JsonSchema {
  const fields = Object.entries(SPEC_FIELDS);
  const optional = fields.flatMap(([name, field]) => (field.optional === true ? [name] : []));
  const properties = fields.map(([name, { shape, meaning }]) => [name, { description: meaning, ...schemaOf(shape) }]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Strategy spec',
    description:
      'Rules and parameters that decide entries and exits: see docs/strategy-spec.md. Generated: npm run docs.',
    ...objectOf(Object.fromEntries(properties) as Readonly<Record<string, JsonSchema>>, optional),
    allOf: fields.flatMap(([name, { shape }]) =>
      shape.type === 'by-side'
        ? Object.entries(shape.of).map(([side, variants]) => ({
            if: { properties: { side: { const: side } } },
            then: { properties: { [name]: variantsOf(variants) } },
          }))
        : [],
    ),
    $defs: {
      ...Object.fromEntries(Array.from({ length: MAX_DEPTH + 1 }, (_, d) => [`condition-${d}`, conditionAt(d)])),
      rule: { anyOf: UNITS.flatMap(rulesOf) },
      ...Object.fromEntries(UNITS.map((unit) => [`line-${unit}`, lineOf(unit)])),
      ...Object.fromEntries(
        INDICATOR_LIST.map(([name, definition]) => [`indicator-${name}`, indicatorOf(name, definition)]),
      ),
    },
  };
}
