import { type Series } from '../market/series.ts';
import { simpleAverage } from './moving-average.ts';
import { slidingSum } from './sliding-window.ts';

/**
 * On-balance volume: volume is added on a higher close and subtracted on a lower one, 0 at bar 0. `average`: its mean
 * over `period` bars, first defined at bar period - 1. Only changes are meaningful: the total depends on where the
 * series begins.
 */
export function onBalanceVolume({ close, volume }: Series, period: number): Record<'obv' | 'average', Float64Array> {
  const obv = new Float64Array(close.length);
  for (let i = 1; i < close.length; i += 1) {
    obv[i] = obv[i - 1]! + Math.sign(close[i]! - close[i - 1]!) * volume[i]!;
  }
  return { obv, average: simpleAverage(obv, period) };
}

/**
 * Volume-weighted mean of the typical price (high + low + close) / 3 over `period` bars; first defined at bar period -
 * 1, NaN when nothing was traded.
 */
export function volumeWeightedPrice({ high, low, close, volume }: Series, period: number): Float64Array {
  const turnover = slidingSum(
    volume.map((amount, i) => (amount * (high[i]! + low[i]! + close[i]!)) / 3),
    period,
  );
  const traded = slidingSum(volume, period);
  return turnover.map((value, i) => (traded[i]! > 0 ? value / traded[i]! : NaN));
}

/**
 * Volume of a bar as a multiple of the mean volume of the previous `period` bars; first defined at bar `period`, NaN
 * when nothing was traded in them.
 */
export function relativeVolume(volume: Float64Array, period: number): Float64Array {
  const mean = simpleAverage(volume, period);
  const out = new Float64Array(volume.length).fill(NaN);
  for (let i = period; i < volume.length; i += 1) if (mean[i - 1]! > 0) out[i] = volume[i]! / mean[i - 1]!;
  return out;
}
