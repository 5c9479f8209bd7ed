import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { FLAGS, lastRealBefore, type Series } from '../market/series.ts';
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
  return comparisonOf(rule.op, cache.operand(rule.left), cache.operand(rule.right), cache.series);
}

/**
 * Undefined values are NaN, and comparisons with NaN are false (docs/simulation-rules.md rule 10). For a crossing, the
 * last real bar before must be on the other side or equal: one that happens on flagged bars is found on the next real
 * bar, and none is found on a flagged bar (rule 11).
 */
function comparisonOf(op: Comparison, a: Float64Array, b: Float64Array, series: Series): BarTest {
  const isReal = (i: number): boolean => series.filled[i] === FLAGS.real;
  const before = (i: number): number => lastRealBefore(series, i);
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
      return (i) => a[i]! > b[i]! && isReal(i) && a[before(i)]! <= b[before(i)]!;
    case 'crosses-below':
      return (i) => a[i]! < b[i]! && isReal(i) && a[before(i)]! >= b[before(i)]!;
  }
}
