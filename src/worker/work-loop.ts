import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../domain/errors.ts';
import { jitteredBackOffMs } from '../domain/retry/back-off.ts';
import { type AssignedUnit, type WorkSource } from '../ports/fleet/worker-source.ts';
import { type Report } from './do-unit.ts';

export interface WorkLoopDeps {
  readonly source: WorkSource;
  readonly work: (unit: AssignedUnit, signal: AbortSignal) => Promise<Report>;
  /** A line about what happened. */
  readonly say: (text: string) => void;
  /** Ends the loop; a unit under way is given up, its lease runs out. */
  readonly signal: AbortSignal;
  /** How long to wait when there is no work; after failures twice as long each time, up to `MAX_PAUSE_MS`, less jitter. */
  readonly pauseMs: number;
  /** 0..1 */
  readonly random: () => number;
  /** End when there is no more work. */
  readonly once: boolean;
  /** Returns early, without an error, when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
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
  const { source, signal, say, pause = sleep } = deps;
  let done = 0;
  let failed = 0;
  /** In a row: questions without an answer, and units that came to nothing. */
  let vain = 0;
  while (!signal.aborted) {
    try {
      const handed = await source.next(signal);
      if ('shutdown' in handed) {
        say(`stopping: ${handed.shutdown}`);
        break;
      }
      if ('unit' in handed) {
        if (await doOne(deps, handed.unit)) {
          done += 1;
          vain = 0;
          continue;
        }
        failed += 1;
        vain += 1;
        // A unit that cannot be done here may come back at once: it must not be taken from all who could.
        if (!deps.once) await pause(growing(deps, vain), signal);
        continue;
      }
      vain = 0;
      if (deps.once) break;
      await pause(deps.pauseMs, signal);
    } catch (error) {
      if (signal.aborted) break;
      vain += 1;
      say(sentenceOf(error));
      if (deps.once) throw error;
      await pause(growing(deps, vain), signal);
    }
  }
  return { done, failed };
}

async function doOne({ source, work, say, signal }: WorkLoopDeps, unit: AssignedUnit): Promise<boolean> {
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
    if (!signal.aborted) say(`unit ${unit.id}: ${sentenceOf(error)}`);
    return false;
  }
}

const growing = ({ pauseMs, random }: WorkLoopDeps, vain: number): number =>
  jitteredBackOffMs({ firstMs: pauseMs, mostMs: MAX_PAUSE_MS }, vain, 0.5, random);

/** The signal ends it early, without an error. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
