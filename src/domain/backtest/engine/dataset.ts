import { type Series } from '../../market/series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { DAY_MS } from '../../statistics/daily-returns.ts';
import { emptyBitmap, type Bitmap } from './bitmap.ts';
import { blockRanges, mirrored, sideBySide, type BlockRanges } from './block-ranges.ts';
import { type PositionSide } from '../../market/side.ts';

/**
 * Where a position of one side can be touched: the lowest price against it and the highest in its favour, for each bar
 * (bar i at 2 i and 2 i + 1) and block. For shorts everything is mirrored at zero, so that one search serves both. Filled
 * bars hold +Infinity and -Infinity: nothing fills on them.
 */
export interface Reach extends BlockRanges {
  readonly bars: Float64Array;
}

/** A series with what the engine looks up again and again, made once and read by every simulation of it. */
export interface Dataset {
  readonly series: Series;
  /** The bars that are real; a 64th of the memory of a list of the next real bar for each. */
  readonly real: Bitmap;
  /** Ranges of the closes. */
  readonly closes: BlockRanges;
  /** Of all bars. */
  readonly minClose: number;
  readonly maxClose: number;
  /** Bars whose close ends a UTC day (see `dailyReturns`), ascending; and days without any bar between each and the next. */
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
  const closes = blockRanges(sideBySide(close, close));
  let long: Reach | null = null;
  let short: Reach | null = null;
  const longReach = (): Reach => (long ??= reachOf(touchable(series)));
  return {
    series,
    real,
    closes,
    minClose: closes.by256.reduce((a, b) => Math.min(a, b), Infinity),
    maxClose: closes.by256.reduce((a, b) => Math.max(a, b), -Infinity),
    ...daysOf(series),
    reach(side) {
      if (side === 'long') return longReach();
      return (short ??= reachOf(mirrored(longReach().bars)));
    },
  };
}

const reachOf = (bars: Float64Array): Reach => ({ bars, ...blockRanges(bars) });

function touchable({ low, high, filled }: Series): Float64Array {
  const bars = sideBySide(low, high);
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
