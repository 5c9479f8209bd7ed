import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { lastRealBefore } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { type StrategySpec } from '../strategies/spec.ts';
import { bracketOf, offsetAmount, stopLevel, targetLevel } from '../strategies/protection.ts';
import { type Trade } from './result.ts';

/** Protection levels of a position at its entry, quote currency; null when the spec has none. */
export interface EntryLevels {
  readonly stop: number;
  readonly target: number | null;
  /** Initial level of the trailing stop. */
  readonly trailing: number | null;
}

/**
 * Recomputes the levels of a simulated trade from its entry fill.
 * @param cache columns of the simulated series.
 */
export function entryLevels(
  { side, entryTime, entryPrice }: Trade,
  spec: StrategySpec,
  cache: IndicatorCache,
  tickSize: number,
): EntryLevels {
  const { time, timeframe } = cache.series;
  // The signal came on the last real bar before the entry: rules and fills skip bars filled flat.
  const signal = lastRealBefore(cache.series, Math.round((entryTime - time[0]!) / timeframeMs(timeframe)));
  const { stop, target, trailing } = bracketOf(spec, (period) => cache.column('atr', { period })[signal]!);
  return {
    stop: stopLevel(side, entryPrice, offsetAmount(stop, entryPrice), tickSize),
    target: target ? targetLevel(side, entryPrice, offsetAmount(target, entryPrice), tickSize) : null,
    trailing: trailing ? stopLevel(side, entryPrice, offsetAmount(trailing, entryPrice), tickSize) : null,
  };
}
