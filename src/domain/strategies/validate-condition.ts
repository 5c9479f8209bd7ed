import { requireIndicator, requireOutput, requireParams } from '../indicators/registry.ts';
import { type IndicatorParams, type Unit } from '../indicators/indicator.ts';
import { fieldsOf, numberAt, pathOf, textAt } from './spec-fields.ts';
import { operandKey } from '../indicators/operand-key.ts';
import { SpecError } from '../spec-error.ts';
import { CONSTANTS, FIELD_UNITS, GROUPS, MAX_DEPTH, OPERANDS, RULE } from './grammar.ts';
import { isInRange } from './number-range.ts';
import { COMPARISONS } from './spec.ts';
import { PRICE_FIELDS, type Operand, type PriceField } from '../indicators/operand.ts';

/** Checks a condition. @throws SpecError unless its rules compare compatible operands. */
export function validateCondition(value: unknown, path: string, depth = 0): void {
  if (depth > MAX_DEPTH) throw new SpecError(path, `groups are nested deeper than ${MAX_DEPTH}`);
  for (const group of GROUPS) {
    if (typeof value !== 'object' || value === null || !(group in value)) continue;
    const members = fieldsOf(value, path, { required: [group] })[group];
    if (!Array.isArray(members) || members.length === 0) {
      throw new SpecError(pathOf(path, group), 'must be a list of at least one condition');
    }
    members.forEach((member, i) => validateCondition(member, `${pathOf(path, group)}[${i}]`, depth + 1));
    return;
  }
  validateRule(value, path);
}

function validateRule(value: unknown, path: string): void {
  const rule = fieldsOf(value, path, RULE);
  textAt(rule, 'op', path, COMPARISONS);
  const left = sideOf(rule['left'], `${path}.left`);
  const right = sideOf(rule['right'], `${path}.right`);
  if (typeof left === 'number' && typeof right === 'number') {
    throw new SpecError(path, 'compares two constants: name an indicator or a price on one side');
  }
  if (typeof left === 'number') return requireConstant(left, right as Unit, `${path}.left.value`);
  if (typeof right === 'number') return requireConstant(right, left, `${path}.right.value`);
  if (left !== right) throw new SpecError(path, `compares a ${left} with a ${right}: they have nothing in common`);
  if (operandKey(rule['left'] as Operand) === operandKey(rule['right'] as Operand)) {
    throw new SpecError(path, 'compares something with itself');
  }
}

/** The constant, or the unit of the operand. */
function sideOf(value: unknown, path: string): number | Unit {
  if (typeof value === 'object' && value !== null && 'indicator' in value) return unitOfIndicator(value, path);
  if (typeof value === 'object' && value !== null && 'field' in value) {
    const field = textAt(fieldsOf(value, path, OPERANDS.field), 'field', path, PRICE_FIELDS);
    return FIELD_UNITS[field as PriceField];
  }
  if (typeof value === 'object' && value !== null && 'value' in value) {
    return numberAt(fieldsOf(value, path, OPERANDS.value), 'value', path);
  }
  throw new SpecError(path, 'must name an indicator, a price field or a value');
}

function unitOfIndicator(value: object, path: string): Unit {
  const operand = fieldsOf(value, path, OPERANDS.indicator);
  const name = operand['indicator'];
  if (typeof name !== 'string') throw new SpecError(`${path}.indicator`, 'must be a name');
  const { params: known, unit } = requireIndicator(name, `${path}.indicator`);
  const params = fieldsOf(operand['params'], `${path}.params`, {
    required: known.map((parameter) => parameter.name),
  });
  for (const key of Object.keys(params)) numberAt(params, key, `${path}.params`);
  requireParams(name, params as IndicatorParams, `${path}.params`);
  const output = operand['output'];
  if (output !== undefined && typeof output !== 'string') throw new SpecError(`${path}.output`, 'must be a name');
  requireOutput(name, output, `${path}.output`);
  return unit;
}

function requireConstant(value: number, unit: Unit, path: string): void {
  const allowed = CONSTANTS[unit];
  if (typeof allowed !== 'string' && isInRange(value, allowed)) return;
  const why = typeof allowed === 'string' ? allowed : allowed.meaning;
  throw new SpecError(path, `${value} makes no sense here: ${why}`);
}
