import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../ports/errors.ts';
import { type HandedUnit, type WorkSource } from '../../ports/work-source.ts';
import { type Report } from './do-unit.ts';

export interface WorkLoopDeps {
  readonly source: WorkSource;
  readonly work: (unit: HandedUnit, signal: AbortSignal) => Promise<Report>;
  /** A line about what happened. */
  readonly say: (text: string) => void;
  /** Ends the loop; a unit under way is given up, its lease runs out. */
  readonly signal: AbortSignal;
  /** How long to wait when there is no work; after failures twice as long each time, up to `MAX_PAUSE_MS`. */
  readonly pauseMs: number;
  /** End when there is no more work. */
  readonly once: boolean;
}

export interface WorkDone {
  readonly done: number;
  readonly failed: number;
}

const MAX_PAUSE_MS = 5 * 60_000;

/**
 * asking -> working -> reporting -> asking; asking -> waiting where there is no work or nobody answers. Ends by the signal,
 * by the coordinator's word, or with `once` for want of work. What goes wrong with one unit is said and left behind: its
 * lease runs out, and another worker gets it.
 */
export async function runWorkLoop(deps: WorkLoopDeps): Promise<WorkDone> {
  const { source, signal, say } = deps;
  let done = 0;
  let failed = 0;
  let silent = 0;
  while (!signal.aborted) {
    try {
      const handed = await source.next(signal);
      silent = 0;
      if ('shutdown' in handed) {
        say(`stopping: ${handed.shutdown}`);
        break;
      }
      if ('unit' in handed) {
        if (await doOne(deps, handed.unit)) done += 1;
        else failed += 1;
        continue;
      }
      if (deps.once) break;
      await pause(deps.pauseMs, signal);
    } catch (error) {
      if (signal.aborted) break;
      silent += 1;
      say(errorText(error));
      if (deps.once) throw error;
      await pause(Math.min(MAX_PAUSE_MS, deps.pauseMs * 2 ** (silent - 1)), signal);
    }
  }
  return { done, failed };
}

async function doOne({ source, work, say, signal }: WorkLoopDeps, unit: HandedUnit): Promise<boolean> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  try {
    const report = await work(unit, signal);
    const taken = await source.submit(unit, { ...report, execution_time: seconds() }, signal);
    say(
      `unit ${unit.id}: ${taken ? 'reported' : 'the coordinator did not take the report'} after ${seconds().toFixed(1)} s`,
    );
    return taken;
  } catch (error) {
    if (!signal.aborted) say(`unit ${unit.id}: ${errorText(error)}`);
    return false;
  }
}

/** The signal ends it early, without an error. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
