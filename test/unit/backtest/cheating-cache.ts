import { createIndicatorCache, type IndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type Series } from '../../../src/domain/market/series.ts';

/** A cache whose indicators are what `cheat` makes of the honest column. */
export const cheating =
  (cheat: (column: Float64Array) => Float64Array) =>
  (part: Series): IndicatorCache => {
    const honest = createIndicatorCache(part);
    return {
      ...honest,
      column: (...name) => cheat(honest.column(...name)),
      operand: (operand) => ('indicator' in operand ? cheat(honest.operand(operand)) : honest.operand(operand)),
    };
  };

/** Every value is that of the bar after. */
export const peeking = cheating((column) => column.map((value, bar) => column[bar + 1] ?? value));
