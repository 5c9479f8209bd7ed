import { type IndicatorParams } from '../indicators/indicator.ts';
import { type Condition, type Distance, type Operand, type StrategySpec } from './spec.ts';

/** An indicator with its parameters, as a spec reads it. */
export interface IndicatorUse {
  readonly indicator: string;
  readonly params: IndicatorParams;
}

/** Every indicator a spec reads, in its rules, distances and sizing; one that is read twice is there twice. */
export function indicatorsOf(spec: StrategySpec): readonly IndicatorUse[] {
  const uses: IndicatorUse[] = [];
  ofCondition(spec.entry, uses);
  if (spec.exit) ofCondition(spec.exit, uses);
  for (const distance of [spec.stop, spec.target, spec.trailing]) if (distance) ofDistance(distance, uses);
  if (spec.sizing.kind === 'volatility') uses.push(atr(spec.sizing.period));
  return uses;
}

function ofCondition(condition: Condition, uses: IndicatorUse[]): void {
  if ('left' in condition) {
    ofOperand(condition.left, uses);
    ofOperand(condition.right, uses);
    return;
  }
  for (const member of 'all' in condition ? condition.all : condition.any) ofCondition(member, uses);
}

function ofOperand(operand: Operand, uses: IndicatorUse[]): void {
  if ('indicator' in operand) uses.push({ indicator: operand.indicator, params: operand.params });
}

function ofDistance(distance: Distance, uses: IndicatorUse[]): void {
  if (distance.kind === 'atr') uses.push(atr(distance.period));
}

const atr = (period: number): IndicatorUse => ({ indicator: 'atr', params: { period } });
