import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { type Comparison, type Condition, type Rule, type StrategySpec } from './spec.ts';

/** Whether a condition holds at the close of a bar. */
export type BarTest = (bar: number) => boolean;

/** Compiled rules of a spec over the columns of one series. Backtest and live trading use the same functions. */
export interface CompiledRules {
  readonly entry: BarTest;
  /** Always false when the spec has no exit rules. */
  readonly exit: BarTest;
}

export function compileRules(spec: StrategySpec, cache: IndicatorCache): CompiledRules {
  return {
    entry: compileCondition(spec.entry, cache),
    exit: spec.exit ? compileCondition(spec.exit, cache) : () => false,
  };
}

export function compileCondition(condition: Condition, cache: IndicatorCache): BarTest {
  if ('all' in condition) {
    const tests = condition.all.map((member) => compileCondition(member, cache));
    return (bar) => {
      for (const test of tests) if (!test(bar)) return false;
      return true;
    };
  }
  if ('any' in condition) {
    const tests = condition.any.map((member) => compileCondition(member, cache));
    return (bar) => {
      for (const test of tests) if (test(bar)) return true;
      return false;
    };
  }
  return compileRule(condition, cache);
}

function compileRule(rule: Rule, cache: IndicatorCache): BarTest {
  return comparisonOf(rule.op, cache.operand(rule.left), cache.operand(rule.right));
}

/**
 * Undefined values are NaN, and comparisons with NaN are false (docs/simulation-rules.md rule 10). For a crossing, the
 * previous bar must be on the other side or equal.
 */
function comparisonOf(op: Comparison, a: Float64Array, b: Float64Array): BarTest {
  switch (op) {
    case '>':
      return (i) => a[i]! > b[i]!;
    case '<':
      return (i) => a[i]! < b[i]!;
    case '>=':
      return (i) => a[i]! >= b[i]!;
    case '<=':
      return (i) => a[i]! <= b[i]!;
    case 'crosses-above':
      return (i) => a[i]! > b[i]! && i > 0 && a[i - 1]! <= b[i - 1]!;
    case 'crosses-below':
      return (i) => a[i]! < b[i]! && i > 0 && a[i - 1]! >= b[i - 1]!;
  }
}
