import { createCandleFiles } from '../adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../adapters/threads/unit-threads.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { createWorkerEngine } from '../worker/worker-engine.ts';

/** Units of a company that are done, or checked, without the coordinator: one thread, other work of the process comes first. */
const THREADS = 1;

/** The engine of the Python workers over candle files in these directories. */
export function openWorkerEngine(directories: readonly string[]): WorkerEngine {
  return createWorkerEngine({ threads: createUnitThreads(THREADS), candles: createCandleFiles(directories) });
}
