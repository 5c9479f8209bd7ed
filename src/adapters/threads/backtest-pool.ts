import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import { AppError } from '../../domain/errors.ts';
import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { createColumnStore } from './column-store.ts';
import { valueOf, type Ended } from './ended.ts';
import { shareSeries } from './share-series.ts';
import { type AnswerTo, type SeriesTask, type TaskOf, type ThreadTasks } from './task.ts';

/** Every task that waits for a thread listens to the signal it came with: Node would take hundreds for a leak, and say so. */
function endedBy(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  if (signal === undefined) return {};
  setMaxListeners(0, signal);
  return { signal };
}

/** A series in shared memory, ready for the threads. */
export interface SharedWork {
  /** Runs a task of this series on the next free thread. The columns are its own until it has ended. */
  run<N extends keyof ThreadTasks>(
    name: N,
    task: Omit<TaskOf<N>, keyof SeriesTask>,
    signal?: AbortSignal,
  ): Promise<AnswerTo<N>>;
}

/** Threads for CPU-bound work over shared series; started when there is work. */
export interface BacktestPool {
  /**
   * Shares `series` and the indicators of `specs`, each computed once for all threads, for as long as `use` takes and the
   * tasks that it starts. @param key says which series it is.
   */
  share<T>(
    shared: { readonly key: string; readonly series: Series; readonly specs: readonly StrategySpec[] },
    use: (work: SharedWork) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** Runs a task that brings its own candles, in shared memory, on the next free thread. */
  runAlone<N extends 'playGenomes' | 'unit'>(name: N, task: TaskOf<N>, signal?: AbortSignal): Promise<AnswerTo<N>>;
  close(): Promise<void>;
}

/** Threads end after this long without work: an idle company keeps no idle heaps. */
const IDLE_MS = 10_000;
/** Shared copies kept; a cycle looks at a handful of markets. */
const MAX_SHARED = 8;

/** Node 20 cannot run a .ts worker: from the sources (tests) the compiled thread is used. */
function threadFile(): string {
  const compiled = fileURLToPath(new URL('./backtest-thread.js', import.meta.url));
  if (existsSync(compiled)) return compiled;
  const built = compiled.replace(
    /\/src\/adapters\/threads\/backtest-thread\.js$/,
    '/dist/src/adapters/threads/backtest-thread.js',
  );
  if (!existsSync(built)) {
    throw new AppError('not-built', 'the backtest thread is not built', { advice: 'Run npm run build' });
  }
  return built;
}

/** @param threads at the most. */
export function createBacktestPool(threads: number): BacktestPool {
  let pool: Piscina | null = null;
  const sharedSeries = new LRUCache<string, Series>({ max: MAX_SHARED });
  const store = createColumnStore();

  const open = (): Piscina => {
    const opened = new Piscina({
      filename: threadFile(),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
    });
    // An answer may cross its own cancellation. Piscina then reports a message that nobody waits for as an error, and an
    // error that nobody hears ends the process.
    opened.on('error', (error: Error) => {
      if (!error.message.startsWith('Unexpected message from Worker')) throw error;
    });
    return opened;
  };
  const poolOf = (): Piscina => (pool ??= open());

  const shared = (key: string, series: Series): Series => {
    const copy = sharedSeries.get(key) ?? shareSeries(series);
    sharedSeries.set(key, copy);
    return copy;
  };

  const workOn = (seriesKey: string, series: Series, columns: ReadonlyMap<string, IndicatorColumns>): SharedWork => ({
    run: async (name, task, signal) =>
      valueOf(
        (await poolOf().run({ seriesKey, series, shared: columns, ...task }, { name, ...endedBy(signal) })) as Ended<
          AnswerTo<typeof name>
        >,
      ),
  });

  return {
    async share({ key, series, specs }, use, signal) {
      const copy = shared(key, series);
      const bare = workOn(key, copy, new Map());
      const loan = await store.lend(key, copy.length, specs, threads, (orders) =>
        bare.run('columns', { orders }, signal),
      );
      const work = workOn(key, copy, loan.columns);
      const running: Promise<unknown>[] = [];
      try {
        return await use({
          run(name, task, taskSignal) {
            const answer = work.run(name, task, taskSignal);
            running.push(answer);
            return answer;
          },
        });
      } finally {
        // One that failed does not end the others, which still read the columns. The thread of one that was cancelled is
        // ended: what it reads until then answers nobody.
        Promise.allSettled(running)
          .then(() => loan.end())
          .catch(() => undefined);
      }
    },
    runAlone: async (name, task, signal) =>
      valueOf((await poolOf().run(task, { name, ...endedBy(signal) })) as Ended<AnswerTo<typeof name>>),
    async close() {
      await pool?.destroy();
    },
  };
}
