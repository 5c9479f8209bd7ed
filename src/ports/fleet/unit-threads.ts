import { type TrialMetrics } from '../../domain/backtest/metrics/trial-metrics.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';
import { type Submission } from '../../domain/python-worker/engine/submission.ts';
import { type UnitParams } from '../../domain/python-worker/engine/unit-params.ts';
import { type SeriesEvaluation } from '../evaluator.ts';

/** The CPU-bound part of work units, off the event loop. */
export interface UnitThreads {
  /** A unit of the Python workers; null when it was cancelled. @param seed of a search. */
  run(unit: UnitParams, columns: WorkerColumns, seed: string, abortSignal?: AbortSignal): Promise<Submission | null>;
  /** Specs of ours over one series. Results are in the order of `items`. */
  evaluate(evaluation: SeriesEvaluation, abortSignal?: AbortSignal): Promise<readonly TrialMetrics[]>;
  close(): Promise<void>;
}
