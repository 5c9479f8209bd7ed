import { emptySeries } from '../../domain/market/build-series.ts';
import { type Series } from '../../domain/market/series.ts';
import { sliceSeries } from '../../domain/market/slice-series.ts';

/**
 * A series that grows at its end. Bars are views on memory that is written once: a series taken earlier stays what it
 * was, for the past does not change.
 */
export interface GrowingSeries {
  /** All bars so far. */
  readonly series: Series;
  /** Adds the bars of a series that goes on where this one ends. */
  append(bars: Series): void;
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'filled'] as const;
/** Room beyond what is needed, as a share of it: candles come one by one, and must not copy all before them each time. */
const HEADROOM = 1 / 16;
const withHeadroom = (bars: number): number => Math.ceil(bars * (1 + HEADROOM));

/** @param expected bars that are to come, `first` included, if that is known: room for all of them is made at once. */
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
