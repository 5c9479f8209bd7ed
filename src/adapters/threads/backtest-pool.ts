import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { compiledThread } from '../../paths.ts';
import { createColumnStore } from './column-store.ts';
import { valueOf, type Ended } from './ended.ts';
import { shareSeries } from './share-series.ts';
import { type AnswerTo, type SeriesTask, type TaskOf, type ThreadTasks } from './task.ts';

/**
 * Each waiting task adds a listener to its abort signal; this disables Node's leak warning, which hundreds would cause.
 */
function endedBy(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  if (signal === undefined) return {};
  setMaxListeners(0, signal);
  return { signal };
}

/** A series in shared memory that threads can read. */
export interface SharedWork {
  /** Runs a task on this series on the next free thread. The columns stay valid until the task has ended. */
  run<N extends keyof ThreadTasks>(
    name: N,
    task: Omit<TaskOf<N>, keyof SeriesTask>,
    signal?: AbortSignal,
  ): Promise<AnswerTo<N>>;
}

/** Threads for CPU-bound work over shared series; started on demand. */
export interface BacktestPool {
  /**
   * Shares `series` and the indicators of `specs` with all threads until `use` and the tasks that it started have
   * ended. Each indicator is computed once. @param key identifies the series
   */
  share<T>(
    shared: { readonly key: string; readonly series: Series; readonly specs: readonly StrategySpec[] },
    use: (work: SharedWork) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** Runs a task with its own candles (in shared memory) on the next free thread. */
  runAlone<N extends 'playGenomes' | 'unit'>(name: N, task: TaskOf<N>, signal?: AbortSignal): Promise<AnswerTo<N>>;
  close(): Promise<void>;
}

/** Idle threads end after this time, to free their heaps. */
const IDLE_MS = 10_000;
/** Maximum number of shared copies kept; a cycle uses a handful of markets. */
const MAX_SHARED = 8;

/** Bytes of indicator columns that all threads share. */
const COLUMN_BYTES = 256 * 2 ** 20;

/**
 * @param threads maximum number of threads.
 * @throws Error on first use when the project is not built
 */
export function createBacktestPool(threads: number, columnBytes = COLUMN_BYTES): BacktestPool {
  let pool: Piscina | null = null;
  const sharedSeries = new LRUCache<string, Series>({ max: MAX_SHARED });
  const store = createColumnStore(columnBytes);

  const open = (): Piscina => {
    const opened = new Piscina({
      filename: compiledThread('src/adapters/threads/backtest-thread'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
    });
    // A task may finish while it is cancelled. Piscina then emits an error for the unexpected message; without a
    // listener that error would end the process.
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
      const loan = await store.lend(key, copy.length, specs, threads, (requests) =>
        bare.run('columns', { requests }, signal),
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
        // After a failed task the other tasks still read the columns, so wait for all. A cancelled task may read
        // invalid columns until its thread is stopped; its result is discarded.
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
