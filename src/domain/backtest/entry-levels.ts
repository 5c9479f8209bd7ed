import { type IndicatorCache } from '../indicators/indicator-cache.ts';
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
  const { time, timeframe, filled } = cache.series;
  // The signal came on the last real bar before the entry: rules and fills skip bars filled flat.
  let signal = Math.round((entryTime - time[0]!) / timeframeMs(timeframe)) - 1;
  while (filled[signal] === 1) signal -= 1;
  const { stop, target, trailing } = bracketOf(spec, (period) => cache.column('atr', { period })[signal]!);
  return {
    stop: stopLevel(side, entryPrice, offsetAmount(stop, entryPrice), tickSize),
    target: target ? targetLevel(side, entryPrice, offsetAmount(target, entryPrice), tickSize) : null,
    trailing: trailing ? stopLevel(side, entryPrice, offsetAmount(trailing, entryPrice), tickSize) : null,
  };
}
