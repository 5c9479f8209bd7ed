import { type UnitThreads } from '../../ports/fleet/unit-threads.ts';
import { createBacktestPool } from './backtest-pool.ts';
import { evaluateOn } from './evaluator.ts';
import { shareCandles } from './share-series.ts';

/** @param threads maximum number of threads; started on demand */
export function createUnitThreads(threads: number): UnitThreads {
  const pool = createBacktestPool(threads);
  return {
    run: (params, columns, seed, abortSignal) =>
      pool.runAlone('unit', { params, columns: shareCandles(columns), seed }, abortSignal),
    evaluate: (evaluation, abortSignal) => evaluateOn(pool, evaluation, abortSignal),
    close: () => pool.close(),
  };
}
