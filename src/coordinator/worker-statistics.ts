import { countResults, isRefusal, type Worker } from '../domain/fleet/worker.ts';
import { errorText } from '../domain/errors.ts';
import { type FleetResult, type ResultToCount } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type WorkerRepository } from './worker-repository.ts';

/**
 * Adds results to the statistics of their workers in batches; statistics may lag by two seconds. After a crash the
 * sweep finds the uncounted results by the flag `tallied` of their rows.
 */
export interface WorkerStatistics {
  /** Counts a result later, or at once when the worker's eligibility depends on it. */
  add(result: Pick<FleetResult, 'key' | 'workerId' | 'verdict'>): Promise<void>;
  /** Counts these results now; each result is counted only once. */
  count(workerId: string, keys: readonly string[]): Promise<void>;
  /** Counts all pending results. */
  flush(): Promise<void>;
  /** Counts all pending results and stops the timer. */
  close(): Promise<void>;
}

const FLUSH_MS = 2_000;
const MAX_WAITING = 32;

export interface WorkerStatisticsDeps {
  readonly results: FleetStores['results'];
  readonly workers: WorkerRepository;
  readonly log: Logger;
  /** Called when these results were counted for a worker. */
  readonly onCounted: (worker: Worker, results: readonly ResultToCount[]) => Promise<unknown>;
}

export function createWorkerStatistics({ results, workers, log, onCounted }: WorkerStatisticsDeps): WorkerStatistics {
  const waiting = new Map<string, Set<string>>();
  /** Lists whose rows are already marked. */
  const marked = new WeakSet<readonly string[]>();
  let timer: NodeJS.Timeout | undefined;

  async function mark(counted: readonly string[]): Promise<void> {
    if (counted.length === 0 || marked.has(counted)) return;
    await results.markTallied(counted);
    marked.add(counted);
  }

  const count: WorkerStatistics['count'] = async (workerId, keys) => {
    let rows: readonly ResultToCount[] = [];
    const worker = await workers.change(workerId, async (current) => {
      // `counted` holds only the last batch: mark those rows before the next batch replaces it.
      await mark(current.counted);
      rows = (await results.toCount(keys)).filter(({ key, tallied }) => !tallied && !current.counted.includes(key));
      if (rows.length === 0) return current;
      return countResults(
        current,
        rows.map(({ key, verdict, generation, submittedAt: at, execution_time: executionSeconds }) => ({
          ...{ key, verdict, generation, at, executionSeconds },
        })),
      );
    });
    await mark(worker.counted);
    if (rows.length > 0) await onCounted(worker, rows);
  };

  async function flushOne(workerId: string): Promise<void> {
    const keys = waiting.get(workerId);
    if (keys === undefined) return;
    waiting.delete(workerId);
    try {
      await count(workerId, [...keys]);
    } catch (error) {
      // Keep them pending; the sweep would find them as well.
      waiting.set(workerId, new Set([...keys, ...(waiting.get(workerId) ?? [])]));
      throw error;
    }
  }

  async function flush(): Promise<void> {
    await Promise.all([...waiting.keys()].map(flushOne));
  }

  function start(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush()
        .catch((error: unknown) => log.warn(`results not yet added to worker statistics: ${errorText(error)}`))
        .finally(() => {
          if (waiting.size > 0) start();
        })
        .catch(() => undefined);
    }, FLUSH_MS).unref();
  }

  return {
    async add({ key, workerId, verdict }) {
      const keys = waiting.get(workerId) ?? new Set();
      keys.add(key);
      waiting.set(workerId, keys);
      // Recent refusals decide whether the worker gets more units, so count them at once.
      if (isRefusal(verdict) || keys.size >= MAX_WAITING) await flushOne(workerId);
      else start();
    },
    count,
    flush,
    async close() {
      clearTimeout(timer);
      await flush();
      clearTimeout(timer);
    },
  };
}
