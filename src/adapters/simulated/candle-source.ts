import { type Market } from '../../domain/market/market.ts';
import { type MarketSimulation } from '../../domain/simulation/simulation.ts';
import { timeframeOf } from '../../domain/market/timeframe.ts';
import { type CandleSource } from '../../ports/candle-source.ts';

/** What the company pays there: the configured tier, as everywhere. */
export type SimulatedFees = Pick<Market, 'takerFeeRate' | 'makerFeeRate'>;

/** A simulated market as a candle source. Every process with the same seed and start derives the same numbers by itself. */
export function createSimulatedSource(
  simulation: MarketSimulation,
  startTime: number,
  fees: SimulatedFees,
): CandleSource {
  const timeframe = timeframeOf(simulation.barMs);
  return {
    async markets() {
      return simulation.markets.map((market) => ({ market: { ...market, ...fees }, timeframe, first: startTime }));
    },
    async candles(symbol, from, to) {
      const first = Math.max(0, Math.ceil((from - startTime) / simulation.barMs));
      // A bar is known once it has closed.
      const closed = Math.floor((to - startTime) / simulation.barMs);
      return closed > first ? simulation.candles(symbol, first, closed - first) : [];
    },
    async orderBook(symbol, time) {
      return simulation.orderBook(symbol, time);
    },
    async trades(symbol, candleTime) {
      return simulation.trades(symbol, candleTime);
    },
  };
}
