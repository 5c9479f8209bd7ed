import { type Comparison, type Rule, type StrategySpec } from '../spec.ts';
import { type Operand, type PriceField } from '../../indicators/operand.ts';

/** Short builders for rules and operands. */
export const line = (indicator: string, params: Readonly<Record<string, number>>, output?: string): Operand =>
  output === undefined ? { indicator, params } : { indicator, params, output };
export const price = (field: PriceField): Operand => ({ field });
export const level = (value: number): Operand => ({ value });

const INVERTED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  'crosses-above': 'crosses-below',
  'crosses-below': 'crosses-above',
};

/** A rule written for longs, inverted for shorts. The caller must invert levels and lines that depend on the side. */
export function directed(side: StrategySpec['side'], left: Operand, op: Comparison, right: Operand): Rule {
  return { left, op: side === 'long' ? op : INVERTED[op], right };
}
