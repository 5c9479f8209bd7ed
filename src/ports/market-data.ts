import { type Market, type MarketTrade, type OrderBook } from '../domain/market/market.ts';
import { type CoverageReport, type Series } from '../domain/market/series.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

export interface SeriesRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Only candles closed at this market time, epoch ms. */
  readonly asOf: number;
  /** At most this many of the last bars; all when absent. */
  readonly bars?: number;
}

export interface MarketData {
  /** Market time: virtual in simulated and replay, the wall clock otherwise. Epoch ms. */
  now(): Promise<number>;
  markets(): Promise<readonly Market[]>;
  /** @throws AppError `unknown-market`, `no-candles`. */
  market(symbol: string): Promise<Market>;
  /** Gap-filled and flagged. @throws AppError `unknown-market`, `no-candles`, `poor-coverage`. */
  series(request: SeriesRequest): Promise<Series>;
  /** Gaps of what is stored at its own timeframe up to `asOf`. */
  coverage(symbol: string, asOf: number): Promise<CoverageReport>;
  /** Null where the source has no book (replayed candles). */
  orderBook(symbol: string, asOf: number): Promise<OrderBook | null>;
  /**
   * Prints of the last closed base candle, or null where the source has none.
   *
   * @later order flow from real prints
   */
  trades(symbol: string, asOf: number): Promise<readonly MarketTrade[] | null>;
}
