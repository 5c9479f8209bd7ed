import { parseUnitParams } from '../domain/python-worker/engine/unit-params.ts';
import { createBacktestPool } from '../adapters/threads/backtest-pool.ts';
import { errorText } from '../domain/errors.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { findCandleFile } from '../adapters/candle-files/find-candle-file.ts';
import { isNotForUs, runUnit } from './run-unit.ts';

/** Units of a company that are done, or checked, without the coordinator: one thread, the company's own backtests come first. */
const THREADS = 1;

/** The engine of the existing workers over candle files in these directories. */
export function openWorkerEngine(directories: readonly string[]): WorkerEngine {
  const pool = createBacktestPool(THREADS);
  const unlessImpossible = <T>(error: unknown, answer: (reason: string) => T): T => {
    if (!isNotForUs(error)) throw error;
    return answer(errorText(error));
  };
  return {
    async obstacle(params) {
      try {
        await findCandleFile(parseUnitParams(params).dataFile, directories);
        return null;
      } catch (error) {
        return unlessImpossible(error, (reason) => reason);
      }
    },
    async execute(params, seed, signal) {
      try {
        return { kind: 'done', report: { ...(await runUnit({ pool, directories }, params, `unit ${seed}`, signal)) } };
      } catch (error) {
        return unlessImpossible(error, (reason) => ({ kind: 'impossible', reason }));
      }
    },
    close: () => pool.close(),
  };
}
