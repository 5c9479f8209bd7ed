import { type IndicatorCache } from '../indicators/indicator-cache.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { type StrategySpec } from '../strategies/spec.ts';
import { bracketOf, offsetAmount, stopLevel, targetLevel } from '../strategies/protection.ts';
import { type Trade } from './result.ts';

/** Where a position's protection stood when it was entered, quote currency; null for what its spec has not got. */
export interface EntryLevels {
  readonly stop: number;
  readonly target: number | null;
  /** First level of the trailing stop, which moves on from there. */
  readonly trailing: number | null;
}

/**
 * The levels of a simulated trade, found again from its entry fill by the rules that set them.
 * @param cache columns of the series that was simulated.
 */
export function entryLevels(
  { side, entryTime, entryPrice }: Trade,
  spec: StrategySpec,
  cache: IndicatorCache,
  tickSize: number,
): EntryLevels {
  const { time, timeframe, filled } = cache.series;
  // The signal came on the last real bar before: nothing is asked, and nothing fills, on bars that were filled in.
  let signal = Math.round((entryTime - time[0]!) / timeframeMs(timeframe)) - 1;
  while (filled[signal] === 1) signal -= 1;
  const { stop, target, trailing } = bracketOf(spec, (period) => cache.column('atr', { period })[signal]!);
  return {
    stop: stopLevel(side, entryPrice, offsetAmount(stop, entryPrice), tickSize),
    target: target ? targetLevel(side, entryPrice, offsetAmount(target, entryPrice), tickSize) : null,
    trailing: trailing ? stopLevel(side, entryPrice, offsetAmount(trailing, entryPrice), tickSize) : null,
  };
}
