import { INDICATORS } from '../indicators/registry.ts';
import { type Comparison, type Condition, type Distance, type Sizing, type StrategySpec } from './spec.ts';
import { type Operand } from '../indicators/operand.ts';

const WORDS: Readonly<Record<Comparison, string>> = {
  '>': 'is above',
  '<': 'is below',
  '>=': 'is at or above',
  '<=': 'is at or below',
  'crosses-above': 'crosses above',
  'crosses-below': 'crosses below',
};

/** Describes a spec in one sentence: side, entry, exits and size. */
export function describeSpec(spec: StrategySpec): string {
  const exits = [
    ...(spec.exit ? [`exit when ${describeCondition(spec.exit)}`] : []),
    `stop ${ofDistance(spec.stop)}`,
    ...(spec.target ? [`target ${ofDistance(spec.target)}`] : []),
    ...(spec.trailing ? [`trailing stop ${ofDistance(spec.trailing)}`] : []),
    ...(spec.maxHoldBars === undefined ? [] : [`at most ${spec.maxHoldBars} bars`]),
  ];
  const side = spec.side === 'long' ? 'Buy' : 'Sell short';
  return `${side} when ${describeCondition(spec.entry)}; ${exits.join(', ')}; commit ${ofSizing(spec.sizing)}.`;
}

/** Describes a condition. */
export function describeCondition(condition: Condition): string {
  if ('all' in condition) return joined(condition.all, ' and ');
  if ('any' in condition) return joined(condition.any, ' or ');
  return `${describeOperand(condition.left)} ${WORDS[condition.op]} ${describeOperand(condition.right)}`;
}

function joined(members: readonly Condition[], word: string): string {
  const texts = members.map((member) =>
    'left' in member ? describeCondition(member) : `(${describeCondition(member)})`,
  );
  return texts.join(word);
}

/** Describes one side of a rule: `macd(12, 26, 9) signal`. */
export function describeOperand(operand: Operand): string {
  if ('value' in operand) return String(operand.value);
  if ('field' in operand) return operand.field;
  const { params, outputs } = INDICATORS[operand.indicator]!;
  const call = `${operand.indicator}(${params.map(({ name }) => operand.params[name]).join(', ')})`;
  return outputs.length === 1 ? call : `${call} ${operand.output ?? outputs[0]!}`;
}

function ofDistance(distance: Distance): string {
  return distance.kind === 'percent' ? percent(distance.value) : `${distance.multiple} x atr(${distance.period})`;
}

function ofSizing(sizing: Sizing): string {
  if (sizing.kind === 'fraction') return `${percent(sizing.fraction)} of equity`;
  return `as much as makes one atr(${sizing.period}) cost ${percent(sizing.risk)} of equity, at most ${percent(sizing.cap)} of it`;
}

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(4))} %`;
