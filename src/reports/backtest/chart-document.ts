/* What a report's page gets as data. web/report reads these types: nothing is imported here. */

/** Numbers of a chart, decoded by web/report/column.js: differences of value x 10^decimals, zigzag varints, base64. */
export interface EncodedColumn {
  readonly decimals: number;
  readonly data: string;
}

/** A column for each property of the trades, in order of time; the data that web/report draws and lists. */
export interface TradeColumns {
  readonly long: readonly (0 | 1)[];
  /** Bars count from the first of the series. */
  readonly entryBar: readonly number[];
  readonly exitBar: readonly number[];
  readonly entryPrice: readonly number[];
  readonly exitPrice: readonly number[];
  readonly quantity: readonly number[];
  readonly fees: readonly number[];
  readonly pnl: readonly number[];
  readonly return: readonly number[];
  /** Positions in `reasons`. */
  readonly reason: readonly number[];
  readonly ambiguous: readonly (0 | 1)[];
  readonly stop: readonly number[];
  readonly target: readonly (number | null)[];
  readonly trailing: readonly (number | null)[];
}

/** What the page's script reads. Times are epoch ms, money is quote currency, returns and drawdowns are fractions. */
export interface ChartDocument {
  readonly symbol: string;
  readonly quote: string;
  readonly start: number;
  readonly barMs: number;
  readonly bars: number;
  /** 1 unless the series is too long to be shown bar by bar; then a point is a candle of so many bars. */
  readonly barsPerPoint: number;
  readonly points: number;
  readonly initialCash: number;
  readonly priceDecimals: number;
  readonly open: EncodedColumn;
  readonly high: EncodedColumn;
  readonly low: EncodedColumn;
  readonly close: EncodedColumn;
  /** At the close of each point. */
  readonly equity: EncodedColumn;
  /** Extremes inside the points; null where each is one bar. */
  readonly equityLow: EncodedColumn | null;
  readonly equityHigh: EncodedColumn | null;
  /** The deepest inside each point. */
  readonly drawdown: EncodedColumn;
  /** Runs of points that hold filled bars: the first, and how many. */
  readonly missing: readonly (readonly [first: number, points: number])[];
  readonly reasons: readonly string[];
  readonly trades: TradeColumns;
}
