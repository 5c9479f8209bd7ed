import { INDICATORS } from './registry.ts';
import { type Operand } from './operand.ts';

/**
 * Canonical key of a valid operand: equal for operands that give the same column, whatever the order of parameters and
 * whether the first line is named.
 */
export function operandKey(operand: Operand): string {
  if ('value' in operand) return String(operand.value);
  if ('field' in operand) return operand.field;
  const { params, outputs } = INDICATORS[operand.indicator]!;
  let key = operand.indicator;
  for (const { name } of params) key += `,${operand.params[name]}`;
  return `${key},${operand.output ?? outputs[0]!}`;
}
