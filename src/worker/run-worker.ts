import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { errorText } from '../ports/errors.ts';
import { type Logger } from '../ports/logger.ts';
import { type Handed, type WorkSource } from '../ports/work-source.ts';
import { type UnitOutcome } from '../ports/worker-engine.ts';

export interface WorkerDeps {
  /** `<host>_<Linux|Darwin|Windows>_W<n>` */
  readonly id: string;
  readonly source: WorkSource;
  readonly doUnit: (params: StrategyParams, workId: string | number, signal: AbortSignal) => Promise<UnitOutcome>;
  /** Resolves early, or rejects, when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0..1 */
  readonly random: () => number;
  readonly log: Logger;
  /** Ends after one unit, or when there is none. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

export interface WorkerTally {
  readonly done: number;
  /** Units that came to nothing here. */
  readonly skipped: number;
  /** Why it ended. */
  readonly ended: 'asked to' | 'shut down by the coordinator' | 'once';
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Pulls units until it is told to end. What goes wrong with one unit is said in the log, and the next one is asked for: its
 * lease runs out, and another worker gets it. Pauses grow while there is no work or nobody answers.
 */
export async function runWorker(deps: WorkerDeps): Promise<WorkerTally> {
  const { id, source, doUnit, pause, random, log, once, signal } = deps;
  let [done, skipped, idle] = [0, 0, 0];
  const tally = (ended: WorkerTally['ended']): WorkerTally => ({ done, skipped, ended });

  async function rest(): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(idle, 16));
    idle += 1;
    // Half of it at the least: workers that were started together must not ask together.
    await pause(longest * (0.5 + random() / 2), signal).catch(passAbort);
  }
  function passAbort(error: unknown): void {
    if (!signal.aborted) throw error;
  }

  async function askForWork(): Promise<Handed | null> {
    try {
      return await source.getWork(id, signal);
    } catch (error) {
      if (!signal.aborted) log.warn(errorText(error), { worker: id });
      return null;
    }
  }

  async function work({ workId, params }: Extract<Handed, { readonly is: 'work' }>): Promise<void> {
    const fields = { worker: id, unit: String(workId) };
    try {
      const outcome = await doUnit(params, workId, signal);
      if (outcome.is === 'impossible') {
        skipped += 1;
        log.warn(`skipped: ${outcome.reason}`, fields);
        return;
      }
      await source.submit(id, workId, outcome.report, signal);
      done += 1;
      log.info('reported', fields);
    } catch (error) {
      if (signal.aborted) return;
      skipped += 1;
      log.warn(`skipped: ${errorText(error)}`, fields);
    }
  }

  while (!signal.aborted) {
    const handed = await askForWork();
    if (signal.aborted) break;
    if (handed?.is === 'shutdown') {
      log.info(`ends: ${handed.message}`, { worker: id });
      return tally('shut down by the coordinator');
    }
    if (handed?.is === 'work') {
      const before = skipped;
      await work(handed);
      // A unit that nobody can do comes back at once: whoever skips does not ask at once.
      if (skipped > before && !once) await rest();
      else idle = 0;
    }
    if (once) return tally('once');
    if (handed?.is !== 'work') await rest();
  }
  return tally('asked to');
}
