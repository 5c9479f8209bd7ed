import { type Evaluator } from '../../ports/evaluator.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type TrialMetrics } from '../../domain/research/trial.ts';
import { createBacktestPool } from './backtest-pool.ts';

export interface EvaluatorOptions {
  readonly data: MarketData;
  /** Threads at the most; started when there is work. */
  readonly threads: number;
}

/** Specs in one message: small enough to share over threads and to cancel soon, large enough not to count. */
const CHUNK = 64;

/** Evaluates on a pool of threads over series in shared memory. */
export function createEvaluator({ data, threads }: EvaluatorOptions): Evaluator {
  const pool = createBacktestPool(threads);
  return {
    async evaluate({ symbol, timeframe, asOf, fillModel, items }, signal) {
      const series = await data.series({ symbol, timeframe, asOf });
      const key = `${symbol}/${timeframe}/${series.time[0]}/${series.length}`;
      const work = await pool.share(
        key,
        series,
        items.map(({ spec }) => spec),
        signal,
      );
      const chunks: Promise<readonly TrialMetrics[]>[] = [];
      for (let from = 0; from < items.length; from += CHUNK) {
        chunks.push(work.run('evaluate', { fillModel, items: items.slice(from, from + CHUNK) }, signal));
      }
      return (await Promise.all(chunks)).flat();
    },
    close: () => pool.close(),
  };
}
