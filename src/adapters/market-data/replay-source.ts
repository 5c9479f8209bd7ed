import { emptyColumns } from '../../domain/market/candle-columns.ts';
import { type CandleSource } from '../../ports/candle-source.ts';
import { type CandleStore } from '../../ports/stores.ts';

/** Imported candles as a source. Recorded candles have no order book and no trades. */
export function createReplaySource(store: CandleStore, source: string): CandleSource {
  const timeframeOfMarket = async (symbol: string) =>
    (await store.markets(source)).find(({ market }) => market.symbol === symbol)?.timeframe;
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
      const timeframe = await timeframeOfMarket(symbol);
      return timeframe === undefined ? emptyColumns(0) : store.range(source, symbol, timeframe, from, to);
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
