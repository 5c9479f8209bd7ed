import { type Evaluator, type SeriesEvaluation } from '../../ports/evaluator.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type TrialMetrics } from '../../domain/backtest/metrics/trial-metrics.ts';
import { createBacktestPool, type BacktestPool, type SharedWork } from './backtest-pool.ts';

export interface EvaluatorOptions {
  readonly data: MarketData;
  /** Maximum number of threads; started on demand. */
  readonly threads: number;
  /** Memory for indicator columns that all threads share. */
  readonly columnBytes: number;
}

/** Specs per message: small enough to distribute and cancel quickly, large enough to make the overhead negligible. */
const CHUNK = 64;

/** Returns metrics in the order of the items, independent of thread timing. */
export function evaluateOn(
  pool: BacktestPool,
  { key, series, fillModel, items, keepsDailyReturns }: SeriesEvaluation,
  signal?: AbortSignal,
): Promise<readonly TrialMetrics[]> {
  const inChunks = async (work: SharedWork): Promise<readonly TrialMetrics[]> => {
    const chunks: Promise<readonly TrialMetrics[]>[] = [];
    for (let from = 0; from < items.length; from += CHUNK) {
      chunks.push(
        work.run('evaluate', { fillModel, keepsDailyReturns, items: items.slice(from, from + CHUNK) }, signal),
      );
    }
    return (await Promise.all(chunks)).flat();
  };
  return pool.share({ key, series, specs: items.map(({ spec }) => spec) }, inChunks, signal);
}

/** Evaluates on a pool of threads over series in shared memory. */
export function createEvaluator({ data, threads, columnBytes }: EvaluatorOptions): Evaluator {
  const pool = createBacktestPool(threads, columnBytes);
  return {
    async evaluate({ symbol, timeframe, asOf, ...evaluation }, signal) {
      const series = await data.series({ symbol, timeframe, asOf });
      const key = `${symbol}/${timeframe}/${series.time[0]}/${series.length}`;
      return evaluateOn(pool, { key, series, ...evaluation }, signal);
    },
    close: () => pool.close(),
  };
}
