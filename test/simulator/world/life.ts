/** A process that is frozen for longer than this has lost its locks, ms. */
export const LOCK_LOSS_MS = 12_000;

/** One process of the company, from its start to its crash. */
export interface Life {
  readonly number: number;
  readonly isAlive: () => boolean;
  /** Resolves when the process is not frozen. */
  readonly awake: () => Promise<void> | null;
  crash(): void;
  freeze(until: Promise<void>): void;
  /** What has been done since the start, `agent/operation`. */
  readonly performed: Set<string>;
  /** Agents of which a job runs twice at once. */
  readonly doubled: Set<string>;
  /** Orders that the trader has the broker send at the moment. */
  readonly submitting: Set<string>;
  /** Last operation of each agent, and the last risk state that it read. */
  readonly lastOperation: Map<string, string>;
}

export function createLife(number: number, onCrash: (life: Life) => void): Life {
  let alive = true;
  let thaw: Promise<void> | null = null;
  const life: Life = {
    number,
    isAlive: () => alive,
    awake: () => thaw,
    crash() {
      if (!alive) return;
      alive = false;
      onCrash(life);
    },
    freeze(until) {
      thaw = until.then(() => {
        thaw = null;
      });
    },
    performed: new Set(),
    doubled: new Set(),
    submitting: new Set(),
    lastOperation: new Map(),
  };
  return life;
}

/** What a dead process waits for. */
export const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);
