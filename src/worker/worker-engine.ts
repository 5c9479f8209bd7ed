import { parseUnitParams } from '../domain/python-worker/engine/unit-params.ts';
import { errorText } from '../domain/errors.ts';
import { type UnitThreads } from '../ports/fleet/unit-threads.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { isNotForUs, runUnit, type UnitRunDeps } from './run-unit.ts';

export interface WorkerEngineDeps extends UnitRunDeps {
  readonly threads: Pick<UnitThreads, 'run' | 'close'>;
}

/** The worker engine (rules of the Python workers) over local candle files. */
export function createWorkerEngine(deps: WorkerEngineDeps): WorkerEngine {
  const unlessImpossible = <T>(error: unknown, answer: (reason: string) => T): T => {
    if (!isNotForUs(error)) throw error;
    return answer(errorText(error));
  };
  return {
    async obstacle(params) {
      try {
        await deps.candles.find(parseUnitParams(params).dataFile);
        return null;
      } catch (error) {
        return unlessImpossible(error, (reason) => reason);
      }
    },
    async copyOf(file) {
      try {
        return await deps.candles.hash(file);
      } catch (error) {
        return unlessImpossible(error, () => null);
      }
    },
    async execute(params, seed, signal) {
      try {
        return { kind: 'done', report: { ...(await runUnit(deps, params, `unit ${seed}`, signal)) } };
      } catch (error) {
        return unlessImpossible(error, (reason) => ({ kind: 'impossible', reason }));
      }
    },
    close: () => deps.threads.close(),
  };
}
