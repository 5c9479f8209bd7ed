import { type DefaultJobOptions, type WorkerOptions } from 'bullmq';
import { jitteredBackOffMs } from '../src/domain/retry/back-off.ts';

const SECOND = 1000;
const HOUR_S = 3600;

/**
 * BullMQ's defaults (30 s and 30 s) leave a killed node's jobs alone for 55 s; 10 s and 5 s (config/database.yaml) take
 * 8 s. Shorter locks would risk a second run of a job whose process is merely busy: inline blocks must stay under half
 * of it.
 */
export interface WorkerTiming {
  /** A job whose worker is silent this long is given to another. */
  readonly lockMs: number;
  /** How often stalled jobs are looked for. */
  readonly stalledCheckMs: number;
}

/** A Redis that restarted is found soon, but not by all processes at once. */
const RECONNECT = { firstMs: 200, mostMs: 3 * SECOND };
const RECONNECT_JITTER = 0.5;

/**
 * `patient` waits for Redis to come back, for ever: agents, feeds, flows. `prompt` fails at once while Redis is away
 * instead of hanging: for people waiting at the other end.
 */
export type ClientKind = 'patient' | 'prompt';

/** @param random 0..1, of this process: queues/ may not draw random numbers. */
export function clientOptions(kind: ClientKind, random: () => number) {
  const retryStrategy = (times: number): number => jitteredBackOffMs(RECONNECT, times, RECONNECT_JITTER, random);
  return kind === 'patient'
    ? { maxRetriesPerRequest: null, retryStrategy }
    : { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy };
}

/**
 * Every handler is idempotent, so trying again is always safe: five attempts over about 15 s bridge a restart of
 * Redis or the store. Finished jobs are kept a day for people to look at; failed ones a month, because a dead letter
 * must still be there to be retried.
 */
export const JOB_DEFAULTS = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: { age: 24 * HOUR_S, count: 5000 },
  removeOnFail: { age: 30 * 24 * HOUR_S, count: 10_000 },
} as const satisfies DefaultJobOptions;

/** Events carry results; untrimmed they are 6.5 MB a queue for 10,000 jobs. */
export const QUEUE_STREAMS = { streams: { events: { maxLen: 1000 } } } as const;

/**
 * A job counts its stalls for as long as it lives, and one more than this fails it for good, whatever `attempts` says. Each
 * is a process that died under it: a night of killed processes must not cost a job, one that kills its process must end.
 */
export function workerOptions(
  timing: WorkerTiming,
): Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount'> {
  return { lockDuration: timing.lockMs, stalledInterval: timing.stalledCheckMs, maxStalledCount: 10 };
}
