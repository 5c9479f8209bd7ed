import { type Series } from '../../market/series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { type Trade } from '../result.ts';

/** How much of the market's volume the fills of a backtest would have been. */
export interface VolumeShare {
  /** Fills at the venue: entries, and exits but for that at the end of the data. */
  readonly fills: number;
  /** Of them, those above 1 % and above 10 % of the volume of their bar. */
  readonly above1Percent: number;
  readonly above10Percent: number;
  /** Largest share of a bar's volume that a fill was; null when a bar of a fill has no volume. */
  readonly largest: number | null;
}

/** Null when the series has no volume at all: nothing is known then. @param series the bars of the simulation */
export function volumeShareOf(trades: readonly Trade[], series: Series): VolumeShare | null {
  const { time, volume, timeframe } = series;
  if (!volume.some((traded) => traded > 0)) return null;
  const barMs = timeframeMs(timeframe);
  const shareAt = (at: number, quantity: number): number => quantity / volume[Math.floor((at - time[0]!) / barMs)]!;
  const shares = trades.flatMap(({ entryTime, exitTime, quantity, reason }) => [
    shareAt(entryTime, quantity),
    ...(reason === 'end-of-data' ? [] : [shareAt(exitTime, quantity)]),
  ]);
  const above = (least: number): number => shares.filter((share) => share > least).length;
  const largest = shares.reduce((most, share) => Math.max(most, share), 0);
  return {
    fills: shares.length,
    above1Percent: above(0.01),
    above10Percent: above(0.1),
    largest: Number.isFinite(largest) ? largest : null,
  };
}
