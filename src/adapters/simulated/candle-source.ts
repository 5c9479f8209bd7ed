import { type Market } from '../../domain/market/market.ts';
import { type MarketSimulation } from '../../domain/simulation/simulation.ts';
import { timeframeOf } from '../../domain/market/timeframe.ts';
import { type CandleSource } from '../../ports/candle-source.ts';

/** The company's fees: the configured tier, as for every market. */
export type SimulatedFees = Pick<Market, 'takerFeeRate' | 'makerFeeRate'>;

/** A simulated market as a candle source. The same seed and start time give the same candles in every process. */
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
      // Only closed bars are returned.
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
