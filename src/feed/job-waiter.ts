import { QueueEvents } from 'bullmq';
import { type QueueName } from '../../queues/names.ts';
import { type JobWaiterDeps } from './feed-deps.ts';

/** Polling interval in addition to the events, which can be lost (a reconnect, a trimmed stream). */
const POLL_EVERY_MS = 1000;

export interface ResultOptions {
  readonly abortSignal?: AbortSignal | undefined;
  /** Rounded up to the polling interval. @default without limit */
  readonly withinMs?: number | undefined;
}

export interface JobWaiter {
  /**
   * Resolves when `done` returns true. Calls it at once, whenever a job of the queue ends, and at intervals. Also resolves
   * when `abortSignal` aborts.
   */
  until(done: () => Promise<boolean>, abortSignal?: AbortSignal): Promise<void>;
  /** Resolves when all of these jobs have completed or failed, or no longer exist. */
  ended(jobIds: readonly string[], abortSignal?: AbortSignal): Promise<void>;
  /**
   * Calls `add`, which adds a job with this id, and resolves with its result; undefined when it failed, no longer exists,
   * `abortSignal` aborts or `withinMs` have passed. The result comes with the job's event: a new job is not looked up.
   */
  resultOf(jobId: string, add: () => Promise<unknown>, options?: ResultOptions): Promise<unknown>;
  close(): Promise<void>;
}

/** A job of the queue that ended; `result` only of one that completed. */
interface Ending {
  readonly jobId: string;
  readonly result?: unknown;
}

/** Waits for jobs of one queue by means of its events. */
export function createJobWaiter({ connection, prefix, log, producer }: JobWaiterDeps, queue: QueueName): JobWaiter {
  // Read events from now on, not from the time of connection: a job that ends before it would be found by polling only.
  const lastEventId = `${Date.now()}-0`;
  const events = new QueueEvents(queue, { connection, prefix, lastEventId });
  events.on('error', (error) => log.debug(`${queue} events: ${error.message}`));

  /** The next job that ends; null after a while, or when `abortSignal` aborts. */
  const nextEnding = (abortSignal: AbortSignal | undefined, ofJob?: string): Promise<Ending | null> =>
    new Promise((resolve) => {
      const finish = (ending: Ending | null): void => {
        if (ending !== null && ofJob !== undefined && ending.jobId !== ofJob) return;
        clearTimeout(timer);
        events.off('completed', completed);
        events.off('failed', failed);
        abortSignal?.removeEventListener('abort', stop);
        resolve(ending);
      };
      const completed = ({ jobId, returnvalue }: { jobId: string; returnvalue: unknown }): void =>
        finish({ jobId, result: returnvalue });
      const failed = ({ jobId }: { jobId: string }): void => finish({ jobId });
      const stop = (): void => finish(null);
      const timer = setTimeout(stop, POLL_EVERY_MS);
      events.on('completed', completed);
      events.on('failed', failed);
      abortSignal?.addEventListener('abort', stop);
    });

  const until: JobWaiter['until'] = async (done, abortSignal) => {
    while (abortSignal?.aborted !== true) {
      // Listen before the check: an event between check and wait would be lost.
      const checked = new AbortController();
      const ending = nextEnding(abortSignal ? AbortSignal.any([abortSignal, checked.signal]) : checked.signal);
      try {
        if (await done()) return;
        await ending;
      } finally {
        checked.abort();
      }
    }
  };

  return {
    until,
    async ended(jobIds, abortSignal) {
      const left = new Set(jobIds);
      await until(async () => {
        for (const id of left) {
          const job = await producer.queue(queue).getJob(id);
          if (!job || job.finishedOn !== undefined) left.delete(id);
        }
        return left.size === 0;
      }, abortSignal);
    },
    async resultOf(jobId, add, { abortSignal, withinMs = Infinity } = {}) {
      const endsAt = performance.now() + withinMs;
      // Listen before the job exists: its event must not be missed.
      let ending = nextEnding(abortSignal, jobId);
      await add();
      for (;;) {
        const found = await ending;
        if (found !== null || abortSignal?.aborted === true) return found?.result;
        ending = nextEnding(abortSignal, jobId);
        const job = await producer.queue(queue).getJob(jobId);
        // The result of a job that failed is null.
        if (!job || job.finishedOn !== undefined) return (job?.returnvalue as unknown) ?? undefined;
        if (performance.now() >= endsAt) return undefined;
      }
    },
    async close() {
      await events.close();
    },
  };
}
