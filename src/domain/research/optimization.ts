import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { type Window } from '../backtest/result.ts';
import { type Timeframe } from '../market/timeframe.ts';

/** Result of the walk-forward optimisation of one candidate. Unique by cycle, `strategyHash` and symbol. */
export interface OptimizationResult {
  readonly cycleId: string;
  /** The candidate. */
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Hash with the parameters chosen on the last training window: the spec that would trade. */
  readonly optimizedHash: string;
  readonly folds: readonly {
    readonly train: Window;
    readonly test: Window;
    readonly chosenHash: string;
    readonly trainSharpe: number | null;
    readonly testMetrics: TrialMetrics;
  }[];
  /** Joined metrics of the test windows; out of sample by construction. */
  readonly outOfSample: TrialMetrics;
  readonly gridSize: number;
  readonly at: number;
}
