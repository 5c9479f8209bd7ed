import { INDICATORS } from './registry.ts';
import { type Operand } from './operand.ts';

/** Equal for operands that are the same column: parameters in any order, the first line named or not. Takes a valid operand. */
export function operandKey(operand: Operand): string {
  if ('value' in operand) return String(operand.value);
  if ('field' in operand) return operand.field;
  const { params, outputs } = INDICATORS[operand.indicator]!;
  let key = operand.indicator;
  for (const { name } of params) key += `,${operand.params[name]}`;
  return `${key},${operand.output ?? outputs[0]!}`;
}
