import { type SeriesIdentity } from '../domain/market/dataset.ts';
import { type Market, type MarketTrade, type OrderBook } from '../domain/market/market.ts';
import { type CoverageReport, type Series } from '../domain/market/series.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

export interface SeriesRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Only candles closed at this market time, epoch ms. */
  readonly asOf: number;
  /** Number of most recent bars; all when absent. */
  readonly bars?: number;
  /** Also a series with more gaps than research accepts: a market that is traded is read however thin it is. */
  readonly anyCoverage?: boolean;
}

export interface MarketData {
  /** Market time, epoch ms: virtual in simulated and replay mode, the wall clock otherwise. */
  now(): Promise<number>;
  markets(): Promise<readonly Market[]>;
  /** @throws AppError `unknown-market`, `no-candles`. */
  market(symbol: string): Promise<Market>;
  /**
   * The series with gaps filled flat and flagged, up to the last bar that has closed at `asOf`: a candle that is missing
   * when it is due is a flagged bar, for everybody and for good.
   * @throws AppError `unknown-market`, `no-candles`, `poor-coverage`.
   */
  series(request: SeriesRequest): Promise<Series>;
  /** The identity of the series that `series` returns for the same request. @throws as `series` */
  identity(request: SeriesRequest): Promise<SeriesIdentity>;
  /** Gaps of the stored candles up to `asOf`, at their own timeframe. */
  coverage(symbol: string, asOf: number): Promise<CoverageReport>;
  /** Null when the source has no book (replayed candles). */
  orderBook(symbol: string, asOf: number): Promise<OrderBook | null>;
  /**
   * Trades of the last closed base candle; null when the source has none.
   *
   * @later order flow from real prints
   */
  trades(symbol: string, asOf: number): Promise<readonly MarketTrade[] | null>;
}
