import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { type MarketData, type SeriesRequest } from '../../../src/ports/market-data.ts';
import { VENUE_MARKETS } from '../venue/markets.ts';
import { type Perform } from '../world/perform.ts';
import { SOURCE, type Simulation } from '../simulate/simulation.ts';
import { type System } from '../simulate/load-system.ts';

/** More than any strategy of a plan looks back, so that the whole path is not evaluated for each candle. */
export const BARS = 48;

/** The candles of the plan, as far as they have closed. */
export function marketDataOf(
  { plan, rows, world, unreadable }: Simulation,
  { AppError }: System,
  agent: string,
  perform: Perform,
): MarketData {
  const step = timeframeMs(plan.timeframe);
  const read = ({ symbol, asOf, bars = Infinity }: SeriesRequest): Series => {
    const path = plan.markets.find((market) => market.symbol === symbol);
    if (!path) throw new AppError('unknown-market', `there is no market ${symbol}`);
    if ((unreadable.get(symbol) ?? 0) > world.now()) throw new Error(`candles of ${symbol} cannot be read`);
    const to = Math.min(path.time.length, Math.floor((asOf - path.time[0]!) / step));
    const from = Math.max(0, to - Math.min(bars, BARS));
    const cut = <T extends Float64Array | Uint8Array>(column: T): T => column.subarray(from, to) as T;
    return {
      symbol,
      timeframe: plan.timeframe,
      length: to - from,
      time: cut(path.time),
      open: cut(path.open),
      high: cut(path.high),
      low: cut(path.low),
      close: cut(path.close),
      volume: cut(path.volume),
      filled: cut(path.filled),
    };
  };
  const never = (): Promise<never> => Promise.reject(new Error('the money agents do not ask for this'));
  return {
    now: () => perform(agent, 'feed.get', () => rows.feed.get(SOURCE)?.now ?? 0),
    markets: () => perform(agent, 'data.markets', () => [...VENUE_MARKETS.values()]),
    market: (symbol) =>
      perform(agent, 'data.market', () => {
        const market = VENUE_MARKETS.get(symbol);
        if (!market) throw new AppError('unknown-market', `there is no market ${symbol}`);
        return market;
      }),
    series: (request) => perform(agent, 'data.series', () => read(request)),
    identity: never,
    coverage: never,
    orderBook: never,
    trades: never,
  };
}
