import { withTimeout } from '../ports/with-timeout.ts';

export interface ReleaseFailure {
  readonly name: string;
  readonly error: Error;
}

export interface CleanupStack {
  /** Call right after opening a resource, with the function that closes it. After release() it runs at once. */
  push(name: string, undo: () => Promise<void> | void): void;
  /**
   * Closes everything once, last opened first. Never rejects. A further call returns the same failures, and those of
   * resources pushed since.
   */
  release(): Promise<readonly ReleaseFailure[]>;
}

interface Entry {
  readonly name: string;
  readonly undo: () => Promise<void> | void;
}

/**
 * `deadlineMs` limits the whole release. One entry may take at most half of the remaining time, so that the entries
 * below it still run when it hangs; the services are the last.
 */
export function createCleanupStack(deadlineMs: number): CleanupStack {
  const entries: Entry[] = [];
  const failures: ReleaseFailure[] = [];
  let releasing: Promise<void> | undefined;

  async function releaseAll(): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      const left = Math.max(0, deadline - performance.now());
      await releaseOne(entry, entries.length === 0 ? left : left / 2);
    }
  }

  async function releaseOne({ name, undo }: Entry, withinMs: number): Promise<void> {
    const late = (): Error => new Error(`not released within ${Math.round(withinMs)} ms`);
    try {
      await withTimeout(withinMs, late, Promise.resolve().then(undo));
    } catch (error) {
      failures.push({ name, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  return {
    push(name, undo) {
      entries.push({ name, undo });
      if (releasing !== undefined) releasing = releasing.then(releaseAll);
    },
    async release() {
      releasing ??= releaseAll();
      await releasing;
      return failures;
    },
  };
}
