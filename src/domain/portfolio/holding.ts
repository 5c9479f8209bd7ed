import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type Timeframe } from '../market/timeframe.ts';

/** A strategy in the portfolio of an account: its market, timeframe and evidence. */
export interface Holding {
  /** The main account, or the incubation account of the strategy. */
  readonly account: string;
  /** Main account of the company, when `account` is an incubation account. */
  readonly incubationOf?: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly state: 'incubating' | 'active' | 'retired';
  readonly reason: string;
  readonly rank: number;
  readonly cycleId: string;
  /** Out-of-sample metrics of the cycle that selected it. */
  readonly outOfSample: TrialMetrics;
  readonly updatedAt: number;
  /** Absent when the selector placed it. */
  readonly addedBy?: 'operator';
  /** An operator added it, and left it to the selector. */
  readonly managed?: boolean;
}

/** A person's word stands: such a holding is reported on, and nobody else changes or retires it. */
export const isKeptByPerson = ({ addedBy, managed }: Pick<Holding, 'addedBy' | 'managed'>): boolean =>
  addedBy === 'operator' && managed !== true;
