import { type Series } from '../market/series.ts';
import { exponentialAverage } from './moving-average.ts';
import { quotient, sumError } from './compensated.ts';
import { restOf, termsInOneUnit, type ExactTerms } from './exact-terms.ts';
import { slidingMaximum, slidingMinimum } from './sliding-window.ts';
import { averageTrueRange } from './true-range.ts';
import { windowBands } from './window-spread.ts';

type Bands = Record<'upper' | 'middle' | 'lower', Float64Array>;

/**
 * Bollinger bands: mean of the close plus and minus `deviations` population standard deviations; first defined at bar
 * period - 1.
 */
export function bollingerBands(close: Float64Array, period: number, deviations: number): Bands {
  return windowBands(close, period, deviations);
}

/**
 * Keltner channel: exponential average of the close plus and minus `multiple` ATRs; first defined at bar max(period -
 * 1, atrPeriod).
 */
export function keltnerChannel(series: Series, period: number, atrPeriod: number, multiple: number): Bands {
  const range = averageTrueRange(series, atrPeriod);
  const middle = exponentialAverage(series.close, period).map((value, i) => (Number.isNaN(range[i]!) ? NaN : value));
  return {
    upper: middle.map((value, i) => value + multiple * range[i]!),
    middle,
    lower: middle.map((value, i) => value - multiple * range[i]!),
  };
}

/**
 * Donchian channel: highest high and lowest low of the `period` bars *before* the current one. The current bar is left
 * out so that its close can break out of the channel. First defined at bar `period`.
 */
export function donchianChannel(series: Series, period: number): Bands {
  const upper = oneBarLater(slidingMaximum(series.high, period));
  const lower = oneBarLater(slidingMinimum(series.low, period));
  return { upper, middle: midpoints(upper, lower), lower };
}

/** Halves of exact sums: a price half-way between two others is exactly their midpoint. */
function midpoints(above: Float64Array, below: Float64Array): Float64Array {
  const [top, bottom] = termsInOneUnit([above, below]) as [ExactTerms, ExactTerms];
  return top.hi.map((high, i) => {
    const low = bottom.hi[i]!;
    const sum = high + low;
    return quotient(sum, sumError(high, low, sum) + restOf(top, i) + restOf(bottom, i), 2 * top.scale);
  });
}

function oneBarLater(column: Float64Array): Float64Array {
  column.copyWithin(1, 0);
  column[0] = NaN;
  return column;
}
