import { firstBarAfter } from '../indicators/first-bar-after.ts';
import { INDICATORS } from '../indicators/registry.ts';
import { SeriesTooShortError } from '../market/series-too-short-error.ts';
import { type Series } from '../market/series.ts';
import { describeOperand } from './describe-spec.ts';
import { readsOf, type SpecRead } from './spec-reads.ts';
import { type StrategySpec } from './spec.ts';

/**
 * Candles needed before the candle whose close can give a signal. At that point all values that the spec reads are
 * defined: none depends on where the series began (IndicatorDefinition.warmup). Takes a valid spec. Exit rules count
 * too, so that a position is never held by rules that cannot fire yet.
 */
export function warmupBars(spec: StrategySpec): number {
  return Math.max(0, ...readsOf(spec).map(barsFor));
}

/**
 * First bar of a series whose close can give a signal; the series' length when there is none. Bars filled flat do not
 * count towards the warm-up.
 */
export function firstSignalBar(spec: StrategySpec, series: Series): number {
  return firstBarAfter(series, warmupBars(spec));
}

/**
 * Error for a spec that needs `needed` candles of which only `available` exist. It names the operand with the longest
 * warm-up.
 */
export function seriesTooShort(spec: StrategySpec, needed: number, available: number): SeriesTooShortError {
  const [first, ...others] = readsOf(spec);
  const longest = others.reduce((a, b) => (barsFor(b) > barsFor(a) ? b : a), first!);
  const what = barsFor(longest) > 1 ? `this spec (${longest.path}: ${describeOperand(longest.operand)})` : 'this spec';
  return new SeriesTooShortError(what, needed, available);
}

function barsFor({ operand, barsBack }: SpecRead): number {
  return ('indicator' in operand ? INDICATORS[operand.indicator]!.warmup(operand.params) : 0) + barsBack;
}
