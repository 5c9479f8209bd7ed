import {
  copyColumns,
  emptyColumns,
  indexAtOrAfter,
  sliceColumns,
  type CandleColumns,
} from '../../domain/market/candle-columns.ts';
import { nextMonthOf } from '../../domain/market/merge-columns.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleSource } from '../../ports/candle-source.ts';
import { type CandleStore } from '../../ports/stores.ts';

/** Candles from `from` to the end of a month, which are not all asked for yet. */
interface Ahead {
  readonly from: number;
  readonly to: number;
  readonly columns: CandleColumns;
}

function between(columns: CandleColumns, from: number, to: number): CandleColumns {
  return sliceColumns(columns, indexAtOrAfter(columns, from), indexAtOrAfter(columns, to));
}

/**
 * Imported candles as a source. Recorded candles have no order book and no trades. The store keeps candles by month, and a
 * tick asks for one: the rest of a month that was read is kept.
 */
export function createReplaySource(store: CandleStore, source: string): CandleSource {
  const timeframes = new Map<string, Timeframe>();
  const kept = new Map<string, Ahead>();

  const timeframeOf = async (symbol: string): Promise<Timeframe | undefined> => {
    if (!timeframes.has(symbol))
      for (const { market, timeframe } of await store.markets(source)) timeframes.set(market.symbol, timeframe);
    return timeframes.get(symbol);
  };

  return {
    async markets() {
      const found = await Promise.all(
        (await store.markets(source)).map(async ({ market, timeframe }) => {
          const bounds = await store.bounds(source, market.symbol, timeframe);
          return bounds ? [{ market, timeframe, first: bounds.first }] : [];
        }),
      );
      return found.flat();
    },
    async candles(symbol, from, to) {
      const ahead = kept.get(symbol);
      if (ahead && ahead.from <= from && to <= ahead.to) return between(ahead.columns, from, to);
      const timeframe = await timeframeOf(symbol);
      if (timeframe === undefined) return emptyColumns(0);
      const end = nextMonthOf(to - 1);
      const read = await store.range(source, symbol, timeframe, from, end);
      // A copy: a view would keep all candles of the first read in memory.
      kept.set(symbol, { from: to, to: end, columns: copyColumns(between(read, to, end)) });
      return between(read, from, to);
    },
    async orderBook() {
      return null;
    },
    async trades() {
      return null;
    },
    async close() {
      // The store is closed by its owner.
    },
  };
}
