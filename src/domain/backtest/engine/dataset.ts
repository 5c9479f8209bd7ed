import { FLAGS, type Series } from '../../market/series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { DAY_MS } from '../../statistics/daily-returns.ts';
import { emptyBitmap, type Bitmap } from './bitmap.ts';
import { blockRanges, negated, interleave, type BlockRanges } from './block-ranges.ts';
import { type PositionSide } from '../../market/side.ts';

/**
 * Prices that can touch a position of one side: for each bar (bar i at 2 i and 2 i + 1) and block, the lowest price
 * against it and the highest in its favour. For shorts all prices are negated, so that one search serves both sides.
 * Filled bars hold +Infinity and -Infinity, because nothing fills on them.
 */
export interface Reach extends BlockRanges {
  readonly bars: Float64Array;
}

/** A series with values derived once and shared by all simulations over it. */
export interface Dataset {
  readonly series: Series;
  /** The real bars. A bitmap takes 1/64 of the memory of a next-real-bar column. */
  readonly real: Bitmap;
  /** Runs of flagged bars: first bar and first bar after, one after the other. */
  readonly runs: Int32Array;
  /** Ranges of the closes. */
  readonly closes: BlockRanges;
  /**
   * Bars whose close ends a UTC day (see `dailyReturns`), ascending. `quietDays` counts the days without a bar after
   * each.
   */
  readonly dayEnds: Int32Array;
  readonly quietDays: Int32Array;
  /** The closes of `dayEnds`. */
  readonly dayCloses: Float64Array;
  reach(side: PositionSide): Reach;
}

export function createDataset(series: Series): Dataset {
  const { length, filled, close } = series;
  const real = emptyBitmap(length);
  for (let bar = 0; bar < length; bar += 1) if (filled[bar] === 0) real[bar >>> 5]! |= 1 << (bar & 31);
  const closes = blockRanges(interleave(close, close));
  let long: Reach | null = null;
  let short: Reach | null = null;
  const longReach = (): Reach => (long ??= reachOf(touchable(series)));
  return {
    series,
    real,
    runs: flaggedRuns(filled),
    closes,
    ...daysOf(series),
    reach(side) {
      if (side === 'long') return longReach();
      return (short ??= reachOf(negated(longReach().bars)));
    },
  };
}

function flaggedRuns(filled: Uint8Array): Int32Array {
  const runs: number[] = [];
  for (let bar = 0; bar < filled.length; bar += 1) {
    if (filled[bar] === FLAGS.real) continue;
    const from = bar;
    while (bar < filled.length && filled[bar] !== FLAGS.real) bar += 1;
    runs.push(from, bar);
  }
  return Int32Array.from(runs);
}

const reachOf = (bars: Float64Array): Reach => ({ bars, ...blockRanges(bars) });

function touchable({ low, high, filled }: Series): Float64Array {
  const bars = interleave(low, high);
  for (let bar = 0; bar < filled.length; bar += 1) {
    if (filled[bar] === 0) continue;
    bars[2 * bar] = Infinity;
    bars[2 * bar + 1] = -Infinity;
  }
  return bars;
}

function daysOf({ time, close, length, timeframe }: Series): Pick<Dataset, 'dayEnds' | 'quietDays' | 'dayCloses'> {
  const step = timeframeMs(timeframe);
  const ends: number[] = [];
  const quiet: number[] = [];
  const dayOf = (bar: number): number => Math.floor((time[bar]! + step - 1) / DAY_MS);
  for (let bar = 0; bar + 1 < length; bar += 1) {
    const days = dayOf(bar + 1) - dayOf(bar);
    if (days === 0) continue;
    ends.push(bar);
    quiet.push(days - 1);
  }
  return {
    dayEnds: Int32Array.from(ends),
    quietDays: Int32Array.from(quiet),
    dayCloses: Float64Array.from(ends, (bar) => close[bar]!),
  };
}
