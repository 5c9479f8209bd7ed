import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../domain/errors.ts';
import { backOffMs } from '../../domain/retry/back-off.ts';
import type { Logger } from '../../ports/logger.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { ServiceError } from './service-error.ts';

/** A program that can be restarted with the same port and data. */
export interface Program {
  readonly name: string;
  spawn(): ChildProcess;
  /** Resolves to its URL when it is ready; may retry until `signal` aborts. The URL is the same after each restart. */
  ready(child: ChildProcess, signal: AbortSignal): Promise<string>;
  lastOutput(): string;
}

export interface SupervisionLimits {
  readonly readyWithinMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopWithinMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Give up after this many consecutive deaths; a run longer than `stableAfterMs` resets the count. */
  readonly rapidDeaths: number;
  readonly stableAfterMs: number;
}

export const DEFAULT_LIMITS: SupervisionLimits = {
  readyWithinMs: 20_000,
  stopWithinMs: 5_000,
  firstBackoffMs: 50,
  maxBackoffMs: 2_000,
  rapidDeaths: 5,
  stableAfterMs: 30_000,
};

export interface Supervision {
  readonly log: Logger;
  readonly limits: SupervisionLimits;
  /** Aborts the first start; later use stop(). */
  readonly signal: AbortSignal;
  /** Called at once for every new process, and again with its URL when it is ready. */
  readonly onProcess: (pid: number, url?: string) => void;
  readonly onFatal: (error: ServiceError) => void;
}

export interface SupervisedProcess {
  readonly url: string;
  /** Undefined while it is down. */
  pid(): number | undefined;
  /** Sends SIGTERM, and SIGKILL at the deadline; resolves when the process has ended. Safe to call again. */
  stop(): Promise<void>;
}

interface Running extends Spawned {
  readonly url: string;
}

interface Spawned {
  readonly child: ChildProcess;
  readonly death: Promise<string>;
}

/**
 * Starts a program and keeps it running:
 *
 *     starting -> running -> (dies) -> waiting -> starting ...      stop() in any state -> stopped
 *                                   -> given up, onFatal, after too many deaths in a row
 *
 * @throws ServiceError `service-did-not-start`, `services-start-aborted` when the first start fails.
 */
export async function supervise(program: Program, supervision: Supervision): Promise<SupervisedProcess> {
  const { log, limits } = supervision;
  const stopping = new AbortController();
  const first = await launch(program, supervision, supervision.signal);
  let current: Running | undefined = first;
  // process.exit() leaves no time for stop(); without this handler the child would outlive this process.
  const onExit = (): void => void current?.child.kill('SIGTERM');
  process.once('exit', onExit);

  async function keepRunning(): Promise<void> {
    let deaths = 0;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const how = current === undefined ? 'it did not start' : await current.death;
      current = undefined;
      if (stopping.signal.aborted) return;
      deaths = performance.now() - since > limits.stableAfterMs ? 1 : deaths + 1;
      if (deaths >= limits.rapidDeaths) return giveUp(deaths, how);
      log.warn(`${program.name} died and is restarted`, { service: program.name, how, deaths });
      await restart(backOffMs({ firstMs: limits.firstBackoffMs, mostMs: limits.maxBackoffMs }, deaths));
    }
  }

  async function restart(backoffMs: number): Promise<void> {
    try {
      await delay(backoffMs, undefined, { signal: stopping.signal });
      current = await launch(program, supervision, stopping.signal);
      log.info(`${program.name} was restarted`, { service: program.name, pid: current.child.pid });
    } catch (error) {
      if (!stopping.signal.aborted) log.warn(errorText(error), { service: program.name });
    }
  }

  function giveUp(deaths: number, how: string): void {
    const message = `${program.name} died ${deaths} times in a row (${how}): ${program.lastOutput()}`;
    supervision.onFatal(new ServiceError('service-keeps-dying', message));
  }

  async function endCurrent(): Promise<void> {
    if (current !== undefined) await end(current, limits.stopWithinMs);
  }

  const kept = keepRunning();
  return {
    url: first.url,
    pid: () => current?.child.pid,
    async stop() {
      stopping.abort();
      process.off('exit', onExit);
      await endCurrent();
      await kept;
      // A restart may have succeeded at the moment of the abort.
      await endCurrent();
    },
  };
}

async function launch(program: Program, { limits, onProcess }: Supervision, signal: AbortSignal): Promise<Running> {
  const child = program.spawn();
  const spawned = { child, death: deathOf(child) };
  const attempt = new AbortController();
  const waiting = AbortSignal.any([signal, attempt.signal, AbortSignal.timeout(limits.readyWithinMs)]);
  try {
    if (child.pid !== undefined) onProcess(child.pid);
    const died = spawned.death.then((how) => Promise.reject<never>(new Error(how)));
    const url = await untilAborted(Promise.race([program.ready(child, waiting), died]), waiting);
    if (child.pid !== undefined) onProcess(child.pid, url);
    return { ...spawned, url };
  } catch (error) {
    attempt.abort();
    await end(spawned, limits.stopWithinMs);
    if (signal.aborted) throw new ServiceError('services-start-aborted', `The start of ${program.name} was aborted`);
    const output = program.lastOutput();
    throw new ServiceError(
      'service-did-not-start',
      `${program.name} did not start: ${errorText(error)}${output && `: ${output}`}`,
    );
  }
}

async function end({ child, death }: Spawned, graceMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.kill('SIGTERM');
  await death;
  clearTimeout(timer);
}

/** Resolves to a description of how the process ended; never rejects. */
async function deathOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
}
