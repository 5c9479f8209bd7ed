import { type Window } from '../backtest/result.ts';
import { type Timeframe } from '../market/timeframe.ts';

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

export const TRIAL_STAGES = ['screen', 'grid', 'walk-forward'] as const;
export type TrialStage = (typeof TRIAL_STAGES)[number];

/** One spec evaluated once on one window of one series. Every trial ever run is counted. */
export interface Trial {
  /** Hash of all that identifies it; the unique key that keeps a retried work unit from counting twice. */
  readonly id: string;
  readonly cycleId: string;
  readonly unitId: string;
  readonly stage: TrialStage;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly window: Window;
  readonly metrics: TrialMetrics;
}
