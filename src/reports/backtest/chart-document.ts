/* Data of a report's page. web/report reads these types, so this file must not import anything. */

/** Encoded numbers: differences of value x 10^decimals as zigzag varints in base64. web/report/column.js decodes them. */
export interface EncodedColumn {
  readonly decimals: number;
  readonly data: string;
}

/** One column per property of the trades, in order of time; web/report draws and lists them. */
export interface TradeColumns {
  readonly long: readonly (0 | 1)[];
  /** Bar number, counted from the first bar of the series. */
  readonly entryBar: readonly number[];
  readonly exitBar: readonly number[];
  readonly entryPrice: readonly number[];
  readonly exitPrice: readonly number[];
  readonly quantity: readonly number[];
  readonly fees: readonly number[];
  readonly pnl: readonly number[];
  readonly return: readonly number[];
  /** Indices into `reasons`. */
  readonly reason: readonly number[];
  readonly ambiguous: readonly (0 | 1)[];
  readonly stop: readonly number[];
  readonly target: readonly (number | null)[];
  readonly trailing: readonly (number | null)[];
}

/** Data for the page's script. Times in epoch ms, money in quote currency, returns and drawdowns as fractions. */
export interface ChartDocument {
  readonly symbol: string;
  readonly quote: string;
  readonly start: number;
  readonly barMs: number;
  readonly bars: number;
  /** Bars per point of the chart; 1 unless the series is too long to be shown bar by bar. */
  readonly barsPerPoint: number;
  readonly points: number;
  readonly initialCash: number;
  readonly priceDecimals: number;
  readonly open: EncodedColumn;
  readonly high: EncodedColumn;
  readonly low: EncodedColumn;
  readonly close: EncodedColumn;
  /** Equity at the close of each point. */
  readonly equity: EncodedColumn;
  /** Extremes of equity in each point; null when each point is one bar. */
  readonly equityLow: EncodedColumn | null;
  readonly equityHigh: EncodedColumn | null;
  /** Deepest drawdown in each point. */
  readonly drawdown: EncodedColumn;
  /** Runs of points with filled bars: first point and number of points. */
  readonly missing: readonly (readonly [first: number, points: number])[];
  readonly reasons: readonly string[];
  readonly trades: TradeColumns;
}
