import { countResults, isQuarantined, isRefusal, type Worker } from '../domain/fleet/worker.ts';
import { errorText } from '../domain/errors.ts';
import { type FleetResult, type ResultToCount } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type WorkerRepository } from './worker-repository.ts';

/**
 * Counts results to their workers, some at a time: a worker's figures may be two seconds behind. What a process that dies had
 * not counted yet is found by the sweep, since the rows say so.
 */
export interface WorkerStatistics {
  /** Counted soon; at once when the worker's standing depends on it. */
  add(result: Pick<FleetResult, 'key' | 'workerId' | 'verdict'>): Promise<void>;
  /** Counts these now, each once however often it is asked for. */
  count(workerId: string, keys: readonly string[]): Promise<void>;
  /** Counts everything that waits. */
  flush(): Promise<void>;
  /** The same, and no timer goes on. */
  close(): Promise<void>;
}

const FLUSH_MS = 2_000;
const MOST_WAITING = 32;

export interface WorkerStatisticsDeps {
  readonly results: FleetStores['results'];
  readonly workers: WorkerRepository;
  readonly log: Logger;
  /** The worker was quarantined while these were on their way. */
  readonly onQuarantined: (worker: Worker, results: readonly ResultToCount[]) => Promise<unknown>;
}

export function createWorkerStatistics({
  results,
  workers,
  log,
  onQuarantined,
}: WorkerStatisticsDeps): WorkerStatistics {
  const waiting = new Map<string, Set<string>>();
  /** Lists whose rows are marked: each is marked once. */
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
      // Before the rows that were counted last give up their place here, they must say so themselves.
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
    if (isQuarantined(worker) && rows.length > 0) await onQuarantined(worker, rows);
  };

  async function flushOne(workerId: string): Promise<void> {
    const keys = waiting.get(workerId);
    if (keys === undefined) return;
    waiting.delete(workerId);
    try {
      await count(workerId, [...keys]);
    } catch (error) {
      // They wait on; the sweep would find them as well.
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
        .catch((error: unknown) => log.warn(`results not counted to their workers yet: ${errorText(error)}`))
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
      // Whether it is given more work depends on its last refusals.
      if (isRefusal(verdict) || keys.size >= MOST_WAITING) await flushOne(workerId);
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
