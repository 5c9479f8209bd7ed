import { createCandleFiles } from '../adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../adapters/threads/unit-threads.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { createWorkerEngine } from '../worker/worker-engine.ts';

/** One thread: units that run or are verified locally must not slow the other work of the process. */
const THREADS = 1;

/** Opens the engine of the Python workers over candle files in these directories. */
export function openWorkerEngine(directories: readonly string[]): WorkerEngine {
  return createWorkerEngine({ threads: createUnitThreads(THREADS), candles: createCandleFiles(directories) });
}
