import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type Market, type MarketTrade, type OrderBook } from '../domain/market/market.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

/** A market of a source, with the timeframe of its candles. */
export interface SourcedMarket {
  readonly market: Market;
  readonly timeframe: Timeframe;
  /** Open time of its first candle, epoch ms. */
  readonly first: number;
}

/** A source of candles: a simulation, a store of imported files, an exchange. */
export interface CandleSource {
  markets(): Promise<readonly SourcedMarket[]>;
  /** Candles with from <= time < to, ascending, at the market's own timeframe. */
  candles(symbol: string, from: number, to: number): Promise<CandleColumns>;
  /** Null when the source has no book. */
  orderBook(symbol: string, time: number): Promise<OrderBook | null>;
  /** Trades of the candle that opens at `candleTime`; null when the source has none. */
  trades(symbol: string, candleTime: number): Promise<readonly MarketTrade[] | null>;
  close(): Promise<void>;
}
