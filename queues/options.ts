import { type DefaultJobOptions, type WorkerOptions } from 'bullmq';
import { jitteredBackOffMs } from '../src/domain/retry/back-off.ts';

const SECOND = 1000;
const HOUR_S = 3600;

/**
 * With BullMQ's defaults (30 s and 30 s) the jobs of a killed node wait 55 s; with 10 s and 5 s (config/database.yaml) they
 * wait 8 s. With shorter locks a job of a busy process could run twice: synchronous code must block the event loop for
 * less than half of `lockMs`.
 */
export interface WorkerTiming {
  /** A job whose worker does not renew its lock for this long goes to another worker. */
  readonly lockMs: number;
  /** Interval of the check for stalled jobs. */
  readonly stalledCheckMs: number;
}

/** Reconnect soon after a restart of Redis, with jitter so that not all processes connect at once. */
const RECONNECT = { firstMs: 200, mostMs: 3 * SECOND };
const RECONNECT_JITTER = 0.5;

/**
 * `patient` waits without limit for Redis to return: for agents, feeds and flows. `prompt` fails at once while Redis is
 * unreachable: for requests of people.
 */
export type ClientKind = 'patient' | 'prompt';

/** @param random source of numbers in 0..1, injected because queues/ may not draw random numbers. */
export function clientOptions(kind: ClientKind, random: () => number) {
  const retryStrategy = (times: number): number => jitteredBackOffMs(RECONNECT, times, RECONNECT_JITTER, random);
  return kind === 'patient'
    ? { maxRetriesPerRequest: null, retryStrategy }
    : { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy };
}

/**
 * Every handler is idempotent, so retries are safe. Five attempts over about 15 s bridge a restart of Redis or the store.
 * Completed jobs are kept for a day, for inspection; failed jobs for a month, because a dead letter must remain
 * retryable.
 */
export const JOB_DEFAULTS = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: { age: 24 * HOUR_S, count: 5000 },
  removeOnFail: { age: 30 * 24 * HOUR_S, count: 10_000 },
} as const satisfies DefaultJobOptions;

/** Events contain results: an untrimmed stream takes 6.5 MB per queue for 10,000 jobs. */
export const QUEUE_STREAMS = { streams: { events: { maxLen: 1000 } } } as const;

/**
 * A job counts its stalls over its whole life; one more than `maxStalledCount` fails it finally, whatever `attempts` says.
 * Each stall is a process that died while it ran the job. The limit must survive a night of killed processes, but end a
 * job that kills its process. A job of a person is set aside after two (`processors/agent/define-agent.ts`).
 */
export function workerOptions(
  timing: WorkerTiming,
): Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount'> {
  return { lockDuration: timing.lockMs, stalledInterval: timing.stalledCheckMs, maxStalledCount: 10 };
}
