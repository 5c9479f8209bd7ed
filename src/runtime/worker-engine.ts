import { createWorkerData } from '../adapters/worker-data/worker-data.ts';
import { type WorkerEngine } from '../ports/worker-engine.ts';
import { createUnitEngine, type ExecuteUnit } from '../worker/unit-engine.ts';

/** The worker profile of the engine is a part of its own; while it is not here, units that need it are left to others. */
const EXECUTE: ExecuteUnit | null = null;

/** The engine of the existing workers over candle files in these directories. */
export function openWorkerEngine(directories: readonly string[]): WorkerEngine {
  return createUnitEngine({ data: createWorkerData(directories), execute: EXECUTE });
}
