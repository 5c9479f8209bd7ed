import { type FillModel, type Window } from '../../domain/backtest/result.ts';
import { type Genome } from '../../domain/python-worker/genomes/genome.ts';
import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type SearchFigures } from '../../domain/research/search-figures.ts';
import { type TrialMetrics } from '../../domain/backtest/metrics/trial-metrics.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';
import { type Submission } from '../../domain/python-worker/engine/submission.ts';
import { type WorkerTerms } from '../../domain/python-worker/engine/terms.ts';
import { type UnitParams } from '../../domain/python-worker/engine/unit-params.ts';
import { type ColumnOrder } from './column-store.ts';

/** What every message to a backtest thread says of its series. The columns lie in shared memory: sending them copies nothing. */
export interface SeriesTask {
  /** Same key, same series: the thread keeps what it made of it. */
  readonly seriesKey: string;
  readonly series: Series;
  /** Indicator columns in shared memory, by `indicatorKey`. */
  readonly shared: ReadonlyMap<string, IndicatorColumns>;
}

/** Some specs over windows. */
export interface EvaluationTask extends SeriesTask {
  readonly fillModel: FillModel;
  readonly items: readonly { readonly spec: StrategySpec; readonly window: Window }[];
}

/** Many specs over one window. */
export interface SearchTask extends SeriesTask {
  /** Position of the first spec in the whole search, for errors. */
  readonly first: number;
  readonly fillModel: FillModel;
  readonly window: Window;
  readonly specs: readonly StrategySpec[];
}

/** Indicators to be computed into shared memory. */
export interface ColumnsTask extends SeriesTask {
  readonly orders: readonly ColumnOrder[];
}

/** Many genomes over one frame of candles, by the rules of the Python workers. The columns lie in shared memory. */
export interface WorkerEngineTask {
  /** Same key, same columns: the thread keeps what it made of them. */
  readonly frameKey: string;
  readonly columns: WorkerColumns;
  readonly terms: WorkerTerms;
  readonly genomes: readonly Genome[];
}

/** A work unit of the Python workers' kind. The columns lie in shared memory. */
export interface UnitTask {
  readonly params: UnitParams;
  readonly columns: WorkerColumns;
  /** Of the search; a unit that evaluates one genome does not draw. */
  readonly seed: string;
}

/** What a backtest thread can be asked for. */
export interface ThreadTasks {
  readonly evaluate: (task: EvaluationTask) => readonly TrialMetrics[];
  readonly search: (task: SearchTask) => SearchFigures;
  readonly columns: (task: ColumnsTask) => void;
  readonly playGenomes: (task: WorkerEngineTask) => SearchFigures;
  readonly unit: (task: UnitTask) => Submission | null;
}

export type TaskOf<N extends keyof ThreadTasks> = Parameters<ThreadTasks[N]>[0];
export type AnswerTo<N extends keyof ThreadTasks> = ReturnType<ThreadTasks[N]>;
