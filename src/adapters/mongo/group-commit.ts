import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../domain/errors.ts';

/** Most that goes into one command. */
const MOST = 256;
/**
 * Commands follow each other no faster: under load more goes into each, and whoever comes alone waits for nothing. At 10 ms
 * the coordinator's throughput is a tenth lower (corp bench coordinator).
 */
const PACE_MS = 25;

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts what is asked for while a command is under way into the next one: many small writes at once cost one round trip
 * and one sync of the disk. `run` gives a result for each item, in their order. When it fails for another reason than the
 * store's absence, each item is tried alone: one that cannot be stored must not take the others with it.
 */
export function createGroupCommit<T, R>(run: (items: readonly T[]) => Promise<readonly R[]>): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let isRunning = false;

  async function oneByOne(group: readonly Waiting<T, R>[], error: unknown): Promise<void> {
    const isAway = error instanceof AppError && error.retryable;
    for (const { item, resolve, reject } of group) {
      if (isAway || group.length === 1) reject(error);
      else await run([item]).then(([result]) => resolve(result as R), reject);
    }
  }

  async function drain(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      const pace = delay(PACE_MS);
      try {
        const results = await run(group.map(({ item }) => item));
        group.forEach(({ resolve }, i) => resolve(results[i] as R));
      } catch (error) {
        await oneByOne(group, error);
      }
      await pace;
    }
    isRunning = false;
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // What the same turn of the event loop asks for goes along.
      if (!isRunning && waiting.length === 1) setImmediate(() => void drain().catch(reject));
    });
}
