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
import { type ColumnRequest } from './column-store.ts';

/** The series of a message to a backtest thread. Its columns are in shared memory, so sending copies nothing. */
export interface SeriesTask {
  /** Identifies the series: the thread caches results derived from it under this key. */
  readonly seriesKey: string;
  readonly series: Series;
  /** Indicator columns in shared memory, by `indicatorKey`. */
  readonly shared: ReadonlyMap<string, IndicatorColumns>;
}

/** A few specs, each over its own window. */
export interface EvaluationTask extends SeriesTask {
  readonly fillModel: FillModel;
  readonly keepsDailyReturns: boolean;
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

/** Indicators to compute into shared memory. */
export interface ColumnsTask extends SeriesTask {
  readonly requests: readonly ColumnRequest[];
}

/** Many genomes over one frame of candles, by the rules of the Python workers. The columns are in shared memory. */
export interface WorkerEngineTask {
  /** Identifies the columns: the thread caches data derived from them under this key. */
  readonly frameKey: string;
  readonly columns: WorkerColumns;
  readonly terms: WorkerTerms;
  readonly genomes: readonly Genome[];
}

/** A work unit as Python workers execute it. The columns are in shared memory. */
export interface UnitTask {
  readonly params: UnitParams;
  readonly columns: WorkerColumns;
  /** Seed of the search; a unit that evaluates one genome uses no random numbers. */
  readonly seed: string;
}

/** Tasks of a backtest thread. */
export interface ThreadTasks {
  readonly evaluate: (task: EvaluationTask) => readonly TrialMetrics[];
  readonly search: (task: SearchTask) => SearchFigures;
  readonly columns: (task: ColumnsTask) => void;
  readonly playGenomes: (task: WorkerEngineTask) => SearchFigures;
  readonly unit: (task: UnitTask) => Submission | null;
}

export type TaskOf<N extends keyof ThreadTasks> = Parameters<ThreadTasks[N]>[0];
export type AnswerTo<N extends keyof ThreadTasks> = ReturnType<ThreadTasks[N]>;
