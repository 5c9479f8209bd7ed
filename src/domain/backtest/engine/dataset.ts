import { type Series } from '../../market/series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { DAY_MS } from '../../research/daily-returns.ts';
import { emptyBitmap, type Bitmap } from './bitmap.ts';
import { highest, lowest, negated, type Extremes } from './block-extremes.ts';

/** Where a position of one side can be touched; for shorts everything is mirrored at zero, so that one search serves both. */
export interface Reach {
  /** Lowest price against the position. Filled bars hold +Infinity: nothing fills on them. */
  readonly against: Extremes;
  /** Highest price in its favour. Filled bars hold -Infinity. */
  readonly inFavour: Extremes;
}

/** A series with what the engine looks up again and again, made once and read by every simulation of it. */
export interface Dataset {
  readonly series: Series;
  /** First real bar at or after a bar; `length` where there is none. One entry more than bars. */
  readonly nextReal: Int32Array;
  /** The bars that are real. */
  readonly real: Bitmap;
  readonly lowestClose: Extremes;
  readonly highestClose: Extremes;
  /** Of all bars. */
  readonly minClose: number;
  readonly maxClose: number;
  /** Bars whose close ends a UTC day (see `dailyReturns`), ascending; and days without any bar between each and the next. */
  readonly dayEnds: Int32Array;
  readonly quietDays: Int32Array;
  reach(side: 'long' | 'short'): Reach;
}

export function createDataset(series: Series): Dataset {
  const { length, filled, close } = series;
  const nextReal = new Int32Array(length + 1).fill(length);
  const real = emptyBitmap(length);
  for (let bar = length - 1; bar >= 0; bar -= 1) {
    nextReal[bar] = filled[bar] === 0 ? bar : nextReal[bar + 1]!;
    if (filled[bar] === 0) real[bar >>> 5]! |= 1 << (bar & 31);
  }
  let long: Reach | null = null;
  let short: Reach | null = null;
  const longReach = (): Reach =>
    (long ??= {
      against: lowest(realOnly(series.low, filled, Infinity)),
      inFavour: highest(realOnly(series.high, filled, -Infinity)),
    });
  const lowestClose = lowest(close);
  const highestClose = highest(close);
  return {
    series,
    nextReal,
    real,
    lowestClose,
    highestClose,
    minClose: lowestClose.by256.reduce((a, b) => Math.min(a, b), Infinity),
    maxClose: highestClose.by256.reduce((a, b) => Math.max(a, b), -Infinity),
    ...daysOf(series),
    reach(side) {
      if (side === 'long') return longReach();
      return (short ??= { against: negated(longReach().inFavour), inFavour: negated(longReach().against) });
    },
  };
}

function realOnly(column: Float64Array, filled: Uint8Array, never: number): Float64Array {
  return filled.includes(1) ? column.map((value, bar) => (filled[bar] === 0 ? value : never)) : column;
}

function daysOf({ time, length, timeframe }: Series): Pick<Dataset, 'dayEnds' | 'quietDays'> {
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
  return { dayEnds: Int32Array.from(ends), quietDays: Int32Array.from(quiet) };
}
