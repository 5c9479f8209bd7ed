import { type Series } from '../market/series.ts';
import { exponentialAverage } from './moving-average.ts';
import { quotient, sumError } from './compensated.ts';
import { pricesInOneUnit, restOf, type ExactTerms } from './exact-terms.ts';
import { termsAmong } from './terms-among.ts';
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
  const middle = exponentialAverage(series.close, period);
  const [upper, lower] = [new Float64Array(middle.length), new Float64Array(middle.length)];
  for (let i = 0; i < middle.length; i += 1) {
    const width = multiple * range[i]!;
    if (Number.isNaN(width)) middle[i] = NaN;
    upper[i] = middle[i]! + width;
    lower[i] = middle[i]! - width;
  }
  return { upper, middle, lower };
}

/**
 * Donchian channel: highest high and lowest low of the `period` bars *before* the current one. The current bar is left
 * out so that its close can break out of the channel. First defined at bar `period`.
 */
export function donchianChannel(series: Series, period: number): Bands {
  const upper = slidingMaximum(series.high, period);
  const lower = slidingMinimum(series.low, period);
  const [high, low] = pricesInOneUnit(series, ['high', 'low']) as [ExactTerms, ExactTerms];
  const middle = midpoints(termsAmong(upper, high), termsAmong(lower, low));
  return { upper: oneBarLater(upper), middle: oneBarLater(middle), lower: oneBarLater(lower) };
}

/** Halves of exact sums: a price half-way between two others is exactly their midpoint. */
function midpoints(above: ExactTerms, below: ExactTerms): Float64Array {
  const divisor = 2 * above.scale;
  const out = new Float64Array(above.hi.length);
  const isPlain = above.lo === null && below.lo === null;
  for (let i = 0; i < out.length; i += 1) {
    const [high, low] = [above.hi[i]!, below.hi[i]!];
    const sum = high + low;
    // Two numbers of steps: their sum is exact.
    out[i] = isPlain
      ? sum / divisor
      : quotient(sum, sumError(high, low, sum) + restOf(above, i) + restOf(below, i), divisor);
  }
  return out;
}

function oneBarLater(column: Float64Array): Float64Array {
  column.copyWithin(1, 0);
  column[0] = NaN;
  return column;
}
