import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type Timeframe } from '../market/timeframe.ts';

/** A strategy's place in the portfolio of an account: where it trades, and on what evidence. */
export interface Holding {
  readonly account: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly state: 'incubating' | 'active' | 'retired';
  readonly reason: string;
  readonly rank: number;
  readonly cycleId: string;
  /** Out of sample, of the cycle that put it here. */
  readonly outOfSample: TrialMetrics;
  readonly updatedAt: number;
}
