import { type TrialMetrics } from '../../domain/backtest/metrics/trial-metrics.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';
import { type Submission } from '../../domain/python-worker/engine/submission.ts';
import { type UnitParams } from '../../domain/python-worker/engine/unit-params.ts';
import { type SeriesEvaluation } from '../evaluator.ts';

/** Runs the CPU-bound part of work units outside the event loop. */
export interface UnitThreads {
  /** Runs a unit like a Python worker; null when cancelled. @param seed seed of the search. */
  run(unit: UnitParams, columns: WorkerColumns, seed: string, abortSignal?: AbortSignal): Promise<Submission | null>;
  /** Evaluates specs over one series. Results are in the order of `items`. */
  evaluate(evaluation: SeriesEvaluation, abortSignal?: AbortSignal): Promise<readonly TrialMetrics[]>;
  close(): Promise<void>;
}
