import { type Series } from '../market/series.ts';
import { wilderAverage } from './moving-average.ts';
import { trueRange } from './true-range.ts';

/**
 * Wilder's directional movement, 0..100. `plusDi` and `minusDi` are first defined at bar `period`, `adx` at bar 2 *
 * period - 1. All three are 0 when the market does not move.
 */
export function directionalMovement(
  series: Series,
  period: number,
): Record<'adx' | 'plusDi' | 'minusDi', Float64Array> {
  const { high, low, length } = series;
  const up = new Float64Array(length);
  const down = new Float64Array(length);
  for (let i = 1; i < length; i += 1) {
    const rise = high[i]! - high[i - 1]!;
    const fall = low[i - 1]! - low[i]!;
    if (rise > fall && rise > 0) up[i] = rise;
    if (fall > rise && fall > 0) down[i] = fall;
  }
  const range = wilderAverage(trueRange(series), period, 1);
  const plusDi = wilderAverage(up, period, 1);
  const minusDi = wilderAverage(down, period, 1);
  const index = new Float64Array(length).fill(NaN);
  for (let i = period; i < length; i += 1) {
    const plus = range[i]! > 0 ? (100 * plusDi[i]!) / range[i]! : 0;
    const minus = range[i]! > 0 ? (100 * minusDi[i]!) / range[i]! : 0;
    plusDi[i] = plus;
    minusDi[i] = minus;
    index[i] = plus + minus > 0 ? (100 * Math.abs(plus - minus)) / (plus + minus) : 0;
  }
  return { adx: wilderAverage(index, period, period), plusDi, minusDi };
}
