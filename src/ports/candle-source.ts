import { type Candle } from '../domain/market/candle.ts';
import { type Market, type MarketTrade, type OrderBook } from '../domain/market/market.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

/** A market that a source has, with the candle length it has it in. */
export interface SourcedMarket {
  readonly market: Market;
  readonly timeframe: Timeframe;
  /** Open time of its first candle, epoch ms. */
  readonly first: number;
}

/** Where candles come from: a simulation, a store of imported files, an exchange. */
export interface CandleSource {
  markets(): Promise<readonly SourcedMarket[]>;
  /** Candles with from <= time < to, ascending, at the market's own timeframe. */
  candles(symbol: string, from: number, to: number): Promise<readonly Candle[]>;
  /** Null where the source has no book. */
  orderBook(symbol: string, time: number): Promise<OrderBook | null>;
  /** Prints of the candle that opens at `candleTime`; null where the source has none. */
  trades(symbol: string, candleTime: number): Promise<readonly MarketTrade[] | null>;
}
