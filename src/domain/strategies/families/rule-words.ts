import { type Comparison, type Rule, type StrategySpec } from '../spec.ts';
import { type Operand, type PriceField } from '../../indicators/operand.ts';

/** Short words for rules, so that a family reads like its idea. */
export const line = (indicator: string, params: Readonly<Record<string, number>>, output?: string): Operand =>
  output === undefined ? { indicator, params } : { indicator, params, output };
export const price = (field: PriceField): Operand => ({ field });
export const level = (value: number): Operand => ({ value });

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  'crosses-above': 'crosses-below',
  'crosses-below': 'crosses-above',
};

/** A rule written for longs, turned round for shorts. Levels and lines that have a side are the caller's to mirror. */
export function directed(side: StrategySpec['side'], left: Operand, op: Comparison, right: Operand): Rule {
  return { left, op: side === 'long' ? op : MIRRORED[op], right };
}
