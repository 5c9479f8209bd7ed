import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type FleetStores } from '../../src/ports/fleet/stores.ts';
import { cpuBetween, cpuSecondsOf } from '../process-cpu.ts';
import { workOnce, type PairTime, type ScriptedWorker } from './scripted-worker.ts';

/** The measured processes. */
export type Part = 'coordinator' | 'store' | 'workers';

export interface WorkersRun {
  readonly times: readonly PairTime[];
  /** Time until the last pair ended. */
  readonly seconds: number;
  /** CPU ms per pair; null without /proc. */
  readonly cpuMsPerPair: Readonly<Record<Part, number | null>>;
}

export interface WorkersDeps {
  readonly url: string;
  readonly units: FleetStores['units'];
  readonly workers: readonly ScriptedWorker[];
  readonly pids: Readonly<Record<Part, number | undefined>>;
  /** Called at intervals with the number of pairs. */
  readonly onProgress: (pairs: number) => void;
  readonly stop: AbortSignal;
}

/** Delay after an answer without work. Python workers wait 30 s, which is too long for a benchmark. */
const IDLE_MS = 500;
/** Interval between checks for the end. Each check costs the store CPU time. */
const LOOK_MS = 500;
const PROGRESS_MS = 2_000;

/** Runs the workers until no unit is open. */
export async function runWorkers({ url, units, workers, pids, onProgress, stop }: WorkersDeps): Promise<WorkersRun> {
  const times: PairTime[] = [];
  const cpuOf = async (): Promise<Record<Part, number | null>> => ({
    coordinator: await cpuSecondsOf(pids.coordinator),
    store: await cpuSecondsOf(pids.store),
    workers: await cpuSecondsOf(pids.workers),
  });
  const before = await cpuOf();
  const startedAt = performance.now();
  let lastAt = startedAt;
  const ended = new AbortController();
  // Every idle worker listens to it; above ten listeners Node warns of a leak.
  setMaxListeners(workers.length, ended.signal);
  const isOver = (): boolean => ended.signal.aborted || stop.aborted;

  const work = async (worker: ScriptedWorker): Promise<void> => {
    while (!isOver()) {
      const pair = await workOnce(url, worker);
      if (pair) {
        times.push(pair);
        lastAt = performance.now();
      } else {
        await delay(IDLE_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      }
    }
  };
  const watch = async (): Promise<void> => {
    try {
      for (;;) {
        await delay(LOOK_MS);
        const { pending, in_progress } = await units.counts();
        if (stop.aborted || pending + in_progress === 0) return;
      }
    } finally {
      ended.abort();
    }
  };
  const progress = setInterval(() => onProgress(times.length), PROGRESS_MS);
  try {
    await Promise.all([watch(), ...workers.map(work)]);
  } finally {
    ended.abort();
    clearInterval(progress);
  }
  const seconds = (lastAt - startedAt) / 1000;
  const after = await cpuOf();
  const perPair = (part: Part): number | null => {
    const used = cpuBetween(before[part], after[part]);
    return used === null ? null : (used / times.length) * 1000;
  };
  const cpuMsPerPair = { coordinator: perPair('coordinator'), store: perPair('store'), workers: perPair('workers') };
  return { times, seconds, cpuMsPerPair };
}
