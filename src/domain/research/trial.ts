import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type Window } from '../backtest/result.ts';
import { type SeriesIdentity } from '../market/dataset.ts';
import { type Timeframe } from '../market/timeframe.ts';

export const TRIAL_STAGES = ['screen', 'grid', 'walk-forward'] as const;
export type TrialStage = (typeof TRIAL_STAGES)[number];

/** One spec evaluated once on one window of one series. All trials are counted. Trials of older versions name no data. */
export interface Trial extends Partial<SeriesIdentity> {
  /** Hash of the identifying fields; as a unique key it keeps a retried work unit from counting twice. */
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
