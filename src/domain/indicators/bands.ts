import { type Series } from '../market/series.ts';
import { exponentialAverage } from './moving-average.ts';
import { slidingMaximum, slidingMinimum, slidingMoments } from './sliding-window.ts';
import { averageTrueRange } from './true-range.ts';

type Bands = Record<'upper' | 'middle' | 'lower', Float64Array>;

/**
 * Bollinger bands: mean of the close plus and minus `deviations` population standard deviations; first defined at bar
 * period - 1.
 */
export function bollingerBands(close: Float64Array, period: number, deviations: number): Bands {
  const { mean, variance } = slidingMoments(close, period);
  return around(mean, (i) => deviations * Math.sqrt(variance[i]!));
}

/**
 * Keltner channel: exponential average of the close plus and minus `multiple` ATRs; first defined at bar max(period -
 * 1, atrPeriod).
 */
export function keltnerChannel(series: Series, period: number, atrPeriod: number, multiple: number): Bands {
  const range = averageTrueRange(series, atrPeriod);
  const middle = exponentialAverage(series.close, period).map((value, i) => (Number.isNaN(range[i]!) ? NaN : value));
  return around(middle, (i) => multiple * range[i]!);
}

/**
 * Donchian channel: highest high and lowest low of the `period` bars *before* the current one. The current bar is left
 * out so that its close can break out of the channel. First defined at bar `period`.
 */
export function donchianChannel(series: Series, period: number): Bands {
  const upper = oneBarLater(slidingMaximum(series.high, period));
  const lower = oneBarLater(slidingMinimum(series.low, period));
  return { upper, middle: upper.map((value, i) => (value + lower[i]!) / 2), lower };
}

function around(middle: Float64Array, distance: (bar: number) => number): Bands {
  return {
    upper: middle.map((value, i) => value + distance(i)),
    middle,
    lower: middle.map((value, i) => value - distance(i)),
  };
}

function oneBarLater(column: Float64Array): Float64Array {
  column.copyWithin(1, 0);
  column[0] = NaN;
  return column;
}
