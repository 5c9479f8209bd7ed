import { INDICATORS } from '../indicators/registry.ts';
import { type Condition, type Distance, type Operand, type StrategySpec } from './spec.ts';

/**
 * Index of the first bar whose close can give a signal: everything the spec reads is defined there. Takes a valid
 * spec; the exit rules count too, so that a position is never held by rules that cannot yet fire.
 */
export function warmupBars(spec: StrategySpec): number {
  const distances = [spec.stop, spec.target, spec.trailing].map((distance) => (distance ? ofDistance(distance) : 0));
  const sizing = spec.sizing.kind === 'volatility' ? ofAtr(spec.sizing.period) : 0;
  return Math.max(ofCondition(spec.entry), spec.exit ? ofCondition(spec.exit) : 0, sizing, ...distances);
}

function ofCondition(condition: Condition): number {
  if ('all' in condition) return Math.max(...condition.all.map(ofCondition));
  if ('any' in condition) return Math.max(...condition.any.map(ofCondition));
  const crossing = condition.op === 'crosses-above' || condition.op === 'crosses-below' ? 1 : 0;
  return Math.max(ofOperand(condition.left), ofOperand(condition.right)) + crossing;
}

function ofOperand(operand: Operand): number {
  return 'indicator' in operand ? INDICATORS[operand.indicator]!.warmup(operand.params) : 0;
}

const ofDistance = (distance: Distance): number => (distance.kind === 'atr' ? ofAtr(distance.period) : 0);
const ofAtr = (period: number): number => INDICATORS['atr']!.warmup({ period });
