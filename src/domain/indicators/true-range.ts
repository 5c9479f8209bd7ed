import { type Series } from '../market/series.ts';
import { wilderAverage } from './moving-average.ts';

type Ranges = Pick<Series, 'high' | 'low' | 'close'>;

/** The larger of high - low and the distances of high and low from the close before; NaN at bar 0. Quote currency. */
export function trueRange({ high, low, close }: Ranges): Float64Array {
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = 1; i < close.length; i += 1) {
    const before = close[i - 1]!;
    out[i] = Math.max(high[i]! - low[i]!, Math.abs(high[i]! - before), Math.abs(low[i]! - before));
  }
  return out;
}

/** Average true range after Wilder; first defined at bar `period`. Quote currency. */
export function averageTrueRange(series: Ranges, period: number): Float64Array {
  return wilderAverage(trueRange(series), period, 1);
}
