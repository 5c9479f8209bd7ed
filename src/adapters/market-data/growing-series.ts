import { emptySeries } from '../../domain/market/build-series.ts';
import { type Series } from '../../domain/market/series.ts';
import { sliceSeries } from '../../domain/market/slice-series.ts';

/**
 * An append-only series. Its bars are views on memory that is written once, so a series returned earlier stays valid
 * and unchanged.
 */
export interface GrowingSeries {
  /** All bars so far. */
  readonly series: Series;
  /** Appends the bars of a series that starts where this one ends. */
  append(bars: Series): void;
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'filled'] as const;
/** Spare capacity as a share of the needed one, so that appending single candles does not copy the series each time. */
const HEADROOM = 1 / 16;
const withHeadroom = (bars: number): number => Math.ceil(bars * (1 + HEADROOM));

/** @param expected total number of bars including `first`, if known; their memory is allocated at once */
export function createGrowingSeries(first: Series, expected = first.length): GrowingSeries {
  const { symbol, timeframe } = first;
  let memory = emptySeries(symbol, timeframe, withHeadroom(expected));
  let series = sliceSeries(memory, 0, 0);

  const write = (bars: Series, at: number): void => {
    for (const column of COLUMNS) memory[column].set(bars[column], at);
  };
  const append = (bars: Series): void => {
    const { length } = series;
    const needed = length + bars.length;
    if (needed > memory.length) {
      memory = emptySeries(symbol, timeframe, withHeadroom(needed));
      write(series, 0);
    }
    write(bars, length);
    series = sliceSeries(memory, 0, needed);
  };

  append(first);
  return {
    get series() {
      return series;
    },
    append,
  };
}
