import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type Window } from '../backtest/result.ts';
import { type Timeframe } from '../market/timeframe.ts';

/** Result of optimising one candidate with a walk-forward split. Unique by cycle, `strategyHash` and symbol. */
export interface OptimizationResult {
  readonly cycleId: string;
  /** The candidate. */
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** The parameters chosen on the last training window: what would trade. */
  readonly optimizedHash: string;
  readonly folds: readonly {
    readonly train: Window;
    readonly test: Window;
    readonly chosenHash: string;
    readonly trainSharpe: number | null;
    readonly testMetrics: TrialMetrics;
  }[];
  /** The test windows joined: out of sample by construction. */
  readonly outOfSample: TrialMetrics;
  readonly gridSize: number;
  readonly at: number;
}
