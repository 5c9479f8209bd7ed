import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../domain/errors.ts';
import { jitteredBackOffMs } from '../domain/retry/back-off.ts';
import { type AssignedUnit, type WorkSource } from '../ports/fleet/worker-source.ts';
import { type Report } from './do-unit.ts';

export interface WorkLoopDeps {
  readonly source: WorkSource;
  readonly work: (unit: AssignedUnit, signal: AbortSignal) => Promise<Report>;
  /** Prints one line for the operator. */
  readonly say: (text: string) => void;
  /** Ends the loop. A running unit is abandoned; its lease expires. */
  readonly signal: AbortSignal;
  /** Pause without work. After failures it doubles each time, up to `MAX_PAUSE_MS`, minus jitter. */
  readonly pauseMs: number;
  /** 0..1 */
  readonly random: () => number;
  /** Ends when there is no more work. */
  readonly once: boolean;
  /** Must return early, without an error, when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface WorkDone {
  readonly done: number;
  readonly failed: number;
}

const MAX_PAUSE_MS = 5 * 60_000;

/**
 * States: asking -> working -> reporting -> asking; asking -> waiting when there is no work or no answer. Ends when the
 * signal aborts, when the coordinator requests a shutdown, or, with `once`, when there is no work. A failed unit is
 * reported to the operator and abandoned: its lease expires, and another worker gets it.
 */
export async function runWorkLoop(deps: WorkLoopDeps): Promise<WorkDone> {
  const { source, signal, say, pause = sleep } = deps;
  let done = 0;
  let failed = 0;
  /** Consecutive failures: requests without answer, and failed units. */
  let failures = 0;
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
          failures = 0;
          continue;
        }
        failed += 1;
        failures += 1;
        // The same unit may be assigned again at once: pause, so that another worker can take it.
        if (!deps.once) await pause(backOffMs(deps, failures), signal);
        continue;
      }
      failures = 0;
      if (deps.once) break;
      await pause(deps.pauseMs, signal);
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      say(sentenceOf(error));
      if (deps.once) throw error;
      await pause(backOffMs(deps, failures), signal);
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
      `unit ${unit.id}: ${taken ? 'reported' : 'the coordinator refused the report'} after ${seconds().toFixed(1)} s`,
    );
    return taken;
  } catch (error) {
    if (!signal.aborted) say(`unit ${unit.id}: ${sentenceOf(error)}`);
    return false;
  }
}

const backOffMs = ({ pauseMs, random }: WorkLoopDeps, failures: number): number =>
  jitteredBackOffMs({ firstMs: pauseMs, mostMs: MAX_PAUSE_MS }, failures, 0.5, random);

/** Returns early, without an error, when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
