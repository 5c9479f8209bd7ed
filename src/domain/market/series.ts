import { type Timeframe } from './timeframe.ts';

/** Values of `filled`: a real bar, one that the exchange did not publish, and one in which nothing was traded. */
export const FLAGS = { real: 0, missing: 1, untraded: 2 } as const;

/**
 * Aligned candles of one market and timeframe, as columns. Bar i opens at `time[i]`; times are exactly one timeframe
 * apart, because missing bars are filled flat at the last close with volume 0 and flagged in `filled`. A published
 * candle with volume 0 and no range is the same thing (docs/simulation-rules.md rule 11: nothing fills on a flagged
 * bar).
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
  /** NaN where the source does not say; 0 in flagged bars. */
  readonly volume: Float64Array;
  /** One of FLAGS per bar; 0 where the bar is real. */
  readonly filled: Uint8Array;
}

/** Number of bars that the exchange published and in which something was traded. */
export function realBars({ filled }: Pick<Series, 'filled'>, from = 0, to = filled.length): number {
  let real = 0;
  for (let bar = from; bar < to; bar += 1) if (filled[bar] === 0) real += 1;
  return real;
}

/** The last real bar before a bar; -1 when there is none. */
export function lastRealBefore({ filled }: Pick<Series, 'filled'>, bar: number): number {
  let before = bar - 1;
  while (before >= 0 && filled[before] !== FLAGS.real) before -= 1;
  return before;
}

/** A run of flagged bars: open times of the first and the last, and their number. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly bars: number;
}

/** How much of a series is real. `coverage` is real bars / all bars, 0..1. */
export interface CoverageReport {
  readonly bars: number;
  /** All flagged bars. */
  readonly missing: number;
  /** Those of them that were published, with volume 0 and no range. */
  readonly untraded: number;
  readonly coverage: number;
  readonly gaps: readonly Gap[];
}
