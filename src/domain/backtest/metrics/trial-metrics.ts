/** The figures of a trial that search and selection look at. Undefined statistics are null, never a sentinel. */
export interface TrialMetrics {
  readonly trades: number;
  readonly wins: number;
  /** Fraction of initial cash. */
  readonly totalReturn: number;
  /** Annualised, from UTC-day returns; null when undefined. */
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  /** Sums of winning and of losing trades' pnl as fractions of initial cash; the loss is positive. */
  readonly grossProfit: number;
  readonly grossLoss: number;
  readonly profitFactor: number | null;
  readonly exposure: number;
  readonly fees: number;
  readonly ambiguousTrades: number;
  /**
   * Returns per UTC day of the window, for correlation and for the deflated Sharpe ratio. Empty in stored trials of the
   * stages screen and grid, where nobody reads them.
   */
  readonly dailyReturns: readonly number[];
  /** Set when the spec could not be evaluated: an error, not a zero. */
  readonly error?: string;
}
