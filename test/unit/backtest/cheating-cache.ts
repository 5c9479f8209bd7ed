import { createIndicatorCache, type IndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type Series } from '../../../src/domain/market/series.ts';

/** A cache that applies `cheat` to the correct columns. */
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

/** Every value is the next bar's value. */
export const peeking = cheating((column) => column.map((value, bar) => column[bar + 1] ?? value));
