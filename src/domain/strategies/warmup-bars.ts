import { INDICATORS } from '../indicators/registry.ts';
import { SeriesTooShortError } from '../market/series-too-short-error.ts';
import { type Series } from '../market/series.ts';
import { describeOperand } from './describe-spec.ts';
import { readsOf, type SpecRead } from './spec-reads.ts';
import { type StrategySpec } from './spec.ts';

/**
 * Candles that must have been printed before the one whose close can give a signal: everything the spec reads is defined
 * and has settled there, which is to say that it no longer depends on where the series began (IndicatorDefinition.settle).
 * Takes a valid spec; the exit rules count too, so that a position is never held by rules that cannot yet fire.
 */
export function warmupBars(spec: StrategySpec): number {
  return Math.max(0, ...readsOf(spec).map(barsFor));
}

/**
 * Index of the first bar of a series whose close can give a signal; its length where there is none. Bars that were filled
 * in settle nothing: they are left out of the count.
 */
export function firstSignalBar(spec: StrategySpec, series: Series): number {
  let missing = warmupBars(spec);
  let bar = 0;
  for (; bar < series.length && missing > 0; bar += 1) if (series.filled[bar] === 0) missing -= 1;
  return missing > 0 ? series.length : bar;
}

/** What to say of a spec that needs `needed` candles of which only `available` were printed: names what reads furthest back. */
export function seriesTooShort(spec: StrategySpec, needed: number, available: number): SeriesTooShortError {
  const [first, ...others] = readsOf(spec);
  const longest = others.reduce((a, b) => (barsFor(b) > barsFor(a) ? b : a), first!);
  const what = barsFor(longest) > 1 ? `this spec (${longest.path}: ${describeOperand(longest.operand)})` : 'this spec';
  return new SeriesTooShortError(what, needed, available);
}

function barsFor({ operand, barsBack }: SpecRead): number {
  return ('indicator' in operand ? INDICATORS[operand.indicator]!.converge(operand.params) : 0) + barsBack;
}
