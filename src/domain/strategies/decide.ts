import { createIndicatorCache, type IndicatorCache } from '../indicators/indicator-cache.ts';
import { bracketOf, usedPeriods } from './protection.ts';
import { committedShare } from './sizing.ts';
import { type Bracket } from '../orders/order.ts';
import { compileRules } from './compile-rules.ts';
import { describeCondition } from './describe-spec.ts';
import { type StrategySpec } from './spec.ts';
import { volumeFault } from './volume-fault.ts';
import { firstSignalBar, warmupBars } from './warmup-bars.ts';
import { FLAGS, realBars, type Series } from '../market/series.ts';

/** Decision of a spec at the close of the last bar of a series. */
export type Decision =
  | { readonly action: 'none'; readonly because: string }
  | { readonly action: 'enter'; readonly because: string; readonly fraction: number; readonly bracket: Bracket }
  | { readonly action: 'exit'; readonly because: string };

/**
 * Evaluates a spec on the last closed bar with the backtest engine's rules, so that live trading and backtest agree: no
 * signal before the warm-up and none on a bar filled flat (docs/simulation-rules.md rules 1, 10 and 11). Only rules are
 * evaluated here; the venue handles stop, target, trailing stop and holding time.
 */
export function decide(
  spec: StrategySpec,
  series: Series,
  inPosition: boolean,
  cache: IndicatorCache = createIndicatorCache(series),
): Decision {
  const bar = series.length - 1;
  if (bar < firstSignalBar(spec, series)) {
    return { action: 'none', because: `${realBars(series)} candles, warm-up needs ${warmupBars(spec) + 1}` };
  }
  if (series.filled[bar] !== FLAGS.real) return { action: 'none', because: 'nothing was traded in the last bar' };
  const fault = volumeFault(spec, series);
  if (fault !== null) return { action: 'none', because: fault.message };
  const rules = compileRules(spec, cache);
  if (inPosition) {
    if (spec.exit && rules.exit(bar))
      return { action: 'exit', because: `exit rule holds: ${describeCondition(spec.exit)}` };
    return { action: 'none', because: 'in position, no exit rule holds' };
  }
  if (!rules.entry(bar))
    return { action: 'none', because: `entry rule does not hold: ${describeCondition(spec.entry)}` };
  const atrAt = (period: number): number => cache.column('atr', { period })[bar]!;
  if (usedPeriods(spec).some((period) => !(atrAt(period) > 0)))
    return { action: 'none', because: 'stop-too-near: the ATR is 0, so that a stop would lie at the price' };
  return {
    action: 'enter',
    because: `entry rule holds: ${describeCondition(spec.entry)}`,
    fraction: committedShare(spec.sizing, series.close[bar]!, atrAt),
    bracket: bracketOf(spec, atrAt),
  };
}
