import { requireOutput } from '../indicators/registry.ts';
import { describeOperand } from './describe-spec.ts';
import { type Condition, type StrategySpec } from './spec.ts';
import { type Operand } from '../indicators/operand.ts';

/** One operand that a spec reads, with its path as in error messages: `entry.all[0].left`. */
export interface SpecRead {
  readonly path: string;
  readonly operand: Operand;
  /** 1 when the previous bar is read too (crossings). */
  readonly barsBack: 0 | 1;
}

/** All operands that a valid spec reads: both sides of every rule, and the ATRs of distances and sizing. */
export function readsOf(spec: StrategySpec): readonly SpecRead[] {
  const reads = [...ofCondition(spec.entry, 'entry'), ...(spec.exit ? ofCondition(spec.exit, 'exit') : [])];
  const atr = (path: string, period: number): void => {
    reads.push({ path, operand: { indicator: 'atr', params: { period } }, barsBack: 0 });
  };
  for (const path of ['stop', 'target', 'trailing'] as const) {
    const distance = spec[path];
    if (distance?.kind === 'atr') atr(`${path}.period`, distance.period);
  }
  if (spec.sizing.kind === 'volatility') atr('sizing.period', spec.sizing.period);
  return reads;
}

function ofCondition(condition: Condition, path: string): SpecRead[] {
  if ('all' in condition) return condition.all.flatMap((member, i) => ofCondition(member, `${path}.all[${i}]`));
  if ('any' in condition) return condition.any.flatMap((member, i) => ofCondition(member, `${path}.any[${i}]`));
  const { left, op, right } = condition;
  const barsBack = op === 'crosses-above' || op === 'crosses-below' ? 1 : 0;
  return [
    { path: `${path}.left`, operand: left, barsBack },
    { path: `${path}.right`, operand: right, barsBack },
  ];
}

/** An indicator with its parameters, as a spec reads it. */
export interface IndicatorUse {
  readonly indicator: string;
  readonly params: Readonly<Record<string, number>>;
}

/** All indicators that a valid spec reads; duplicates are kept. */
export function indicatorsOf(spec: StrategySpec): readonly IndicatorUse[] {
  return readsOf(spec).flatMap(({ operand }) => ('indicator' in operand ? [operand] : []));
}

/** One line of an indicator. */
export interface IndicatorLine extends IndicatorUse {
  readonly output: string;
  /** Display name: `macd(12, 26, 9) signal`. */
  readonly name: string;
  readonly barsBack: 0 | 1;
}

/** Distinct indicator lines that a valid spec reads, in order of first use. */
export function linesOf(spec: StrategySpec): readonly IndicatorLine[] {
  const lines = new Map<string, IndicatorLine>();
  for (const { operand, barsBack } of readsOf(spec)) {
    if (!('indicator' in operand)) continue;
    const { indicator, params } = operand;
    const name = describeOperand(operand);
    const before = lines.get(name)?.barsBack ?? 0;
    const output = requireOutput(indicator, operand.output);
    lines.set(name, { indicator, params, output, name, barsBack: before === 1 ? 1 : barsBack });
  }
  return [...lines.values()];
}
