/** Metrics of a trial, used by search and selection. Undefined statistics are null, never a sentinel. */
export interface TrialMetrics {
  readonly trades: number;
  readonly wins: number;
  /** Fraction of initial cash. */
  readonly totalReturn: number;
  /**
   * Daily Sharpe ratio times √365, for ranking at any length; null when undefined. Reports show it from 30 days on
   * (docs/simulation-rules.md rule 14).
   */
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  /** Sums of pnl over winning and over losing trades, as fractions of initial cash; the loss is positive. */
  readonly grossProfit: number;
  readonly grossLoss: number;
  readonly profitFactor: number | null;
  readonly exposure: number;
  readonly fees: number;
  readonly ambiguousTrades: number;
  /**
   * Daily returns (UTC) of the window, for correlation and the deflated Sharpe ratio. Empty in stored trials of the
   * stages screen and grid, which do not use them.
   */
  readonly dailyReturns: readonly number[];
  /** Set when the spec could not be evaluated. */
  readonly error?: string;
}
