import { withTimeout } from '../ports/with-timeout.ts';

export interface ReleaseFailure {
  readonly name: string;
  readonly error: Error;
}

export interface CleanupStack {
  /** Called right after a resource was opened, with its undo. After release() the undo runs at once. */
  push(name: string, undo: () => Promise<void> | void): void;
  /** Undoes everything once, last opened first. Never rejects; again: the same failures, and those of late comers. */
  release(): Promise<readonly ReleaseFailure[]>;
}

interface Entry {
  readonly name: string;
  readonly undo: () => Promise<void> | void;
}

/**
 * `deadlineMs` bounds the whole release. An undo that hangs may use up half of the time that is left, so the ones
 * below it, the services last of all, still get their turn.
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
