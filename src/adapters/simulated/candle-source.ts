import { Piscina } from 'piscina';
import { timeframeOf } from '../../domain/market/timeframe.ts';
import { type Market } from '../../domain/market/market.ts';
import { BAR_MS } from '../../domain/simulation/path.ts';
import { DEFAULT_MARKETS } from '../../domain/simulation/definitions.ts';
import { type SimulationOptions } from '../../domain/simulation/simulation.ts';
import { compiledThread } from '../../paths.ts';
import { type CandleSource } from '../../ports/candle-source.ts';

/** The company's fees: the configured tier, as for every market. */
export type SimulatedFees = Pick<Market, 'takerFeeRate' | 'makerFeeRate'>;

/**
 * A simulated market as a candle source. The same seed and start time give the same candles in every process. A thread
 * makes them, because years of eight markets take seconds, in which the process must go on answering; it starts with the
 * first request.
 */
export function createSimulatedSource(options: SimulationOptions, fees: SimulatedFees): CandleSource {
  const { startTime, markets = DEFAULT_MARKETS } = options;
  let thread: Piscina | null = null;
  const ask = <T>(name: string, request: object): Promise<T> => {
    thread ??= new Piscina({
      filename: compiledThread('src/adapters/simulated/simulation-thread'),
      // One thread that stays: it keeps the state of the walk at the start of each day.
      minThreads: 1,
      maxThreads: 1,
      workerData: options,
    });
    return thread.run(request, { name }) as Promise<T>;
  };
  return {
    async markets() {
      const timeframe = timeframeOf(BAR_MS);
      return markets.map(({ market }) => ({ market: { ...market, ...fees }, timeframe, first: startTime }));
    },
    candles: (symbol, from, to) => ask('candles', { symbol, from, to }),
    orderBook: (symbol, time) => ask('orderBook', { symbol, time }),
    trades: (symbol, candleTime) => ask('trades', { symbol, candleTime }),
    async close() {
      await thread?.destroy();
    },
  };
}
