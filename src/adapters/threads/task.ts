import { type FillModel, type Window } from '../../domain/backtest/result.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';

/** One message to a backtest thread. The series' columns lie in shared memory: sending it copies nothing. */
export interface EvaluationTask {
  /** Same key, same series: the thread keeps its indicator columns. */
  readonly seriesKey: string;
  readonly series: Series;
  readonly fillModel: FillModel;
  readonly items: readonly { readonly spec: StrategySpec; readonly window: Window }[];
}
