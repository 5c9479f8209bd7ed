import { createRng, type Rng } from '../../../src/domain/random/rng.ts';

/** Virtual time, and everything that waits for it. The same plan gives the same order of everything. */
export interface World {
  /** Virtual wall time, epoch ms. */
  readonly now: () => number;
  readonly rng: Rng;
  sleep(ms: number): Promise<void>;
  readonly schedule: (ms: number, task: () => void) => void;
  /** Runs what is due, in order of time, until `isDone`. @throws when nothing is left to wait for */
  run(isDone: () => boolean): Promise<void>;
  /** A line of the story; built only when somebody reads it. */
  tell(line: () => string): void;
  readonly story: readonly string[];
}

interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly task: () => void;
}

/** All promises that can settle have settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createWorld(seed: number, startsAt: number, tells: boolean): World {
  let now = startsAt;
  let seq = 0;
  const timers: Timer[] = [];
  const story: string[] = [];
  const schedule = (ms: number, task: () => void): void => {
    seq += 1;
    const timer = { at: now + Math.max(0, ms), seq, task };
    let i = timers.length;
    while (i > 0 && (timers[i - 1]!.at < timer.at || (timers[i - 1]!.at === timer.at && timers[i - 1]!.seq < seq)))
      i -= 1;
    // Latest first, so that the next one is at the end.
    timers.splice(i, 0, timer);
  };
  return {
    now: () => now,
    rng: createRng(`world/${seed}`),
    schedule,
    sleep: (ms) => new Promise((resolve) => schedule(ms, resolve)),
    async run(isDone) {
      await settled();
      while (!isDone()) {
        const next = timers.pop();
        if (!next) throw new Error('nothing happens any more, and the run is not over');
        now = next.at;
        next.task();
        await settled();
      }
    },
    tell(line) {
      if (tells) story.push(`${new Date(now).toISOString().slice(5, 19)} ${line()}`);
    },
    story,
  };
}
