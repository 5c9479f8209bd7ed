import { INDICATORS } from '../../src/domain/indicators/registry.ts';
import { usualParams } from '../../src/domain/indicators/indicator.ts';
import { FAMILY_DEFINITIONS } from '../../src/domain/strategies/families/families.ts';
import { type ParameterRange } from '../../src/domain/strategies/families/parameter-range.ts';
import { PROTECTION_RANGES } from '../../src/domain/strategies/families/protection.ts';
import { CONSTANTS, SPEC_FIELDS, type Shape, type Variants } from '../../src/domain/strategies/grammar.ts';
import { rangeText } from '../../src/domain/strategies/number-range.ts';

const code = (text: string | number): string => `\`${text}\``;
const codes = (texts: readonly (string | number)[]): string => texts.map(code).join(', ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function shapeText(shape: Shape): string {
  switch (shape.type) {
    case 'number':
      return rangeText(shape);
    case 'choice':
      return codes(shape.of);
    case 'condition':
      return '[condition](#conditions)';
    case 'variants':
      return `one of ${codes(Object.keys(shape.of))}`;
    case 'by-side':
      return `one of ${codes(Object.keys(shape.of.long.of))}; bounds depend on the side`;
  }
}

function fields(): string {
  return table(
    ['field', 'needed', 'holds', 'meaning'],
    Object.entries(SPEC_FIELDS).map(([name, { shape, optional, meaning }]) => [
      code(name),
      optional === true ? 'no' : 'yes',
      shapeText(shape),
      meaning,
    ]),
  );
}

/** One row for each number of each variant. */
const variantRows = (name: string, { of }: Variants): readonly (readonly string[])[] =>
  Object.entries(of).flatMap(([kind, ranges]) =>
    Object.entries(ranges).map(([number, range]) => [name, code(kind), code(number), rangeText(range), range.meaning]),
  );

/** Distances and sizings: the fields of a spec that have a `kind`. */
function variants(): string {
  const rows = Object.entries(SPEC_FIELDS).flatMap(([name, { shape }]) => {
    if (shape.type === 'variants') return variantRows(code(name), shape);
    if (shape.type !== 'by-side') return [];
    return Object.entries(shape.of).flatMap(([side, of]) => variantRows(`${code(name)} of a ${side}`, of));
  });
  return table(['field', 'kind', 'number', 'bounds', 'meaning'], rows);
}

function units(): string {
  const linesOf = (unit: string): readonly string[] =>
    Object.entries(INDICATORS).flatMap(([name, definition]) => (definition.unit === unit ? [name] : []));
  return table(
    ['unit', 'indicators', 'constants it compares with', 'why'],
    Object.entries(CONSTANTS).map(([unit, constant]) => [
      code(unit),
      codes(linesOf(unit)),
      typeof constant === 'string' ? 'none' : rangeText(constant),
      typeof constant === 'string' ? constant : constant.meaning === 'any number' ? '' : constant.meaning,
    ]),
  );
}

function indicators(): string {
  return table(
    ['indicator', 'reads', 'parameters: usual (bounds)', 'outputs', 'unit', 'warm-up'],
    Object.entries(INDICATORS).map(([name, definition]) => {
      const usual = usualParams(definition);
      return [
        code(name),
        definition.inputs.join(', '),
        definition.params.map((p) => `${code(p.name)} ${p.default} (${p.min}..${p.max})`).join(', '),
        codes(definition.outputs),
        definition.unit,
        String(definition.warmup(usual)),
      ];
    }),
  );
}

function rangeRow(range: ParameterRange): readonly string[] {
  const { name, when } = range;
  return [
    code(name),
    'choices' in range ? codes(range.choices) : `${range.min} to ${range.max} in steps of ${range.step}`,
    when ? `${code(when.parameter)} is ${when.oneOf.map(code).join(' or ')}` : '',
  ];
}

const ranges = (rows: readonly ParameterRange[]): string =>
  table(['parameter', 'values', 'counts where'], rows.map(rangeRow));

const isShared = ({ name }: ParameterRange): boolean => PROTECTION_RANGES.some((range) => range.name === name);

function families(): string {
  return Object.values(FAMILY_DEFINITIONS)
    .map(({ family, parameters, templates }) => {
      const own = ranges(parameters.filter((range) => !isShared(range)));
      return `### ${family}\n\n${own}\n\nTemplates: ${codes(templates.map(({ name }) => name))}.`;
    })
    .join('\n\n');
}

/** Generators of the text between `<!-- generated: NAME -->` and `<!-- end -->` in docs/strategy-spec.md, by NAME. */
export const SPEC_TABLES: Readonly<Record<string, () => string>> = {
  fields,
  variants,
  units,
  indicators,
  families,
  'shared-parameters': () => ranges(PROTECTION_RANGES),
};
