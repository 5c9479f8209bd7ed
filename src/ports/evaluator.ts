import { type FillModel, type Window } from '../domain/backtest/result.ts';
import { type Series } from '../domain/market/series.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { type TrialMetrics } from '../domain/backtest/metrics/trial-metrics.ts';

/** A batch of specs to run over windows of one series. Every (spec, window) pair is one trial. */
export interface EvaluationRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Market time up to which candles may be seen, epoch ms. */
  readonly asOf: number;
  readonly fillModel: FillModel;
  readonly items: readonly { readonly spec: StrategySpec; readonly window: Window }[];
}

/** The same over a series at hand. */
export interface SeriesEvaluation extends Pick<EvaluationRequest, 'fillModel' | 'items'> {
  readonly series: Series;
  /** Identifies the series: its shared copies and indicator columns are kept under it. */
  readonly key: string;
}

/** CPU-bound work, off the event loop. Results are in the order of `items`. */
export interface Evaluator {
  evaluate(request: EvaluationRequest, signal: AbortSignal): Promise<readonly TrialMetrics[]>;
  close(): Promise<void>;
}
