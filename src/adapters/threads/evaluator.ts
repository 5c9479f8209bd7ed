import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { type Series } from '../../domain/market/series.ts';
import { type TrialMetrics } from '../../domain/research/trial.ts';
import { type Evaluator } from '../../ports/evaluator.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { shareSeries } from './share-series.ts';
import { type EvaluationTask } from './task.ts';

export interface EvaluatorOptions {
  readonly data: MarketData;
  /** Threads at the most; started when there is work. */
  readonly threads: number;
}

/** Threads end after this long without work: an idle company keeps no idle heaps. */
const IDLE_MS = 10_000;
/** Specs in one message: small enough to share over threads and to cancel soon, large enough not to count. */
const CHUNK = 16;
/** Shared copies kept; a cycle looks at a handful of markets. */
const MAX_SHARED = 8;

/** Node 20 cannot run a .ts worker: from the sources (tests) the compiled thread is used. */
function threadFile(): string {
  const compiled = fileURLToPath(new URL('./evaluate-thread.js', import.meta.url));
  if (existsSync(compiled)) return compiled;
  const built = compiled.replace(
    /\/src\/adapters\/threads\/evaluate-thread\.js$/,
    '/dist/src/adapters/threads/evaluate-thread.js',
  );
  if (!existsSync(built)) throw new Error('the backtest thread is not built: run npm run build');
  return built;
}

/** Evaluates on a pool of threads over series in shared memory. */
export function createEvaluator({ data, threads }: EvaluatorOptions): Evaluator {
  let pool: Piscina<EvaluationTask, readonly TrialMetrics[]> | null = null;
  const shared = new Map<string, Series>();

  const poolOf = (): Piscina<EvaluationTask, readonly TrialMetrics[]> =>
    (pool ??= new Piscina({
      filename: threadFile(),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
    }));

  const sharedSeries = (key: string, series: Series): Series => {
    const copy = shared.get(key) ?? shareSeries(series);
    shared.delete(key);
    shared.set(key, copy);
    if (shared.size > MAX_SHARED) shared.delete(shared.keys().next().value!);
    return copy;
  };

  return {
    async evaluate({ symbol, timeframe, asOf, fillModel, items }, signal) {
      const source = await data.series({ symbol, timeframe, asOf });
      const seriesKey = `${symbol}/${timeframe}/${source.time[0]}/${source.length}`;
      const series = sharedSeries(seriesKey, source);
      const chunks: Promise<readonly TrialMetrics[]>[] = [];
      for (let from = 0; from < items.length; from += CHUNK) {
        chunks.push(poolOf().run({ seriesKey, series, fillModel, items: items.slice(from, from + CHUNK) }, { signal }));
      }
      return (await Promise.all(chunks)).flat();
    },
    async close() {
      await pool?.destroy();
    },
  };
}
