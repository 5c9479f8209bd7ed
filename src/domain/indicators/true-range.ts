import { type Series } from '../market/series.ts';
import { wilderAverage } from './moving-average.ts';

type Ranges = Pick<Series, 'high' | 'low' | 'close'>;

/**
 * True range: the largest of high - low and the distances of high and low from the previous close; NaN at bar 0. Quote
 * currency.
 */
export function trueRange({ high, low, close }: Ranges): Float64Array {
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = 1; i < close.length; i += 1) {
    const before = close[i - 1]!;
    out[i] = Math.max(high[i]! - low[i]!, Math.abs(high[i]! - before), Math.abs(low[i]! - before));
  }
  return out;
}

/** Wilder's average true range; first defined at bar `period`. Quote currency. */
export function averageTrueRange(series: Ranges, period: number): Float64Array {
  return wilderAverage(trueRange(series), period, 1);
}
