import { type FillModel, type Window } from '../domain/backtest/result.ts';
import { type Series } from '../domain/market/series.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { type TrialMetrics } from '../domain/backtest/metrics/trial-metrics.ts';

/** A batch of specs to run over windows of one series. Every (spec, window) pair is one trial. */
export interface EvaluationRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Market time, epoch ms; later candles are not used. */
  readonly asOf: number;
  readonly fillModel: FillModel;
  readonly items: readonly { readonly spec: StrategySpec; readonly window: Window }[];
  /** Whether the metrics keep their daily returns: most of their size, and read of trials out of sample only. */
  readonly keepsDailyReturns: boolean;
}

/** An evaluation over a series in memory. */
export interface SeriesEvaluation extends Pick<EvaluationRequest, 'fillModel' | 'items' | 'keepsDailyReturns'> {
  readonly series: Series;
  /** Key of the series, under which its shared copies and indicator columns are cached. */
  readonly key: string;
}

/** Runs CPU-bound evaluations outside the event loop. Results are in the order of `items`. */
export interface Evaluator {
  evaluate(request: EvaluationRequest, abortSignal: AbortSignal): Promise<readonly TrialMetrics[]>;
  close(): Promise<void>;
}
