import { type Timeframe } from './timeframe.ts';

/**
 * Aligned candles of one market and timeframe, as columns. Bar i opens at `time[i]`; times are exactly one timeframe
 * apart, because missing bars are filled flat at the last close with volume 0 and flagged in `filled`
 * (docs/simulation-rules.md rule 11: nothing fills on a flagged bar).
 */
export interface Series {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly length: number;
  /** Open time of each bar, epoch ms UTC. */
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** 1 where the exchange published no candle and the bar was filled flat. */
  readonly filled: Uint8Array;
}

/** A run of missing bars: open times of the first and last missing bar, and their number. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly bars: number;
}

/** How much of a series is real. `coverage` is real bars / all bars, 0..1. */
export interface CoverageReport {
  readonly bars: number;
  readonly missing: number;
  readonly coverage: number;
  readonly gaps: readonly Gap[];
}
