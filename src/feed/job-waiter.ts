import { QueueEvents } from 'bullmq';
import { type QueueName } from '../../queues/names.ts';
import { type JobWaiterDeps } from './feed-deps.ts';

/** Polling interval in addition to the events, which can be lost (a reconnect, a trimmed stream). */
const POLL_EVERY_MS = 1000;

export interface JobWaiter {
  /**
   * Resolves when `done` returns true. Calls it at once, whenever a job of the queue ends, and at intervals. Also resolves
   * when `abortSignal` aborts.
   */
  until(done: () => Promise<boolean>, abortSignal?: AbortSignal): Promise<void>;
  /** Resolves when all of these jobs have completed or failed, or no longer exist. */
  ended(jobIds: readonly string[], abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Waits for jobs of one queue by means of its events. */
export function createJobWaiter({ connection, prefix, log, producer }: JobWaiterDeps, queue: QueueName): JobWaiter {
  // Read events from now on, not from the time of connection: a job that ends before it would be found by polling only.
  const lastEventId = `${Date.now()}-0`;
  const events = new QueueEvents(queue, { connection, prefix, lastEventId });
  events.on('error', (error) => log.debug(`${queue} events: ${error.message}`));

  const nextEvent = (abortSignal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        events.off('completed', finish);
        events.off('failed', finish);
        abortSignal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, POLL_EVERY_MS);
      events.on('completed', finish);
      events.on('failed', finish);
      abortSignal.addEventListener('abort', finish);
    });

  const until: JobWaiter['until'] = async (done, abortSignal) => {
    while (abortSignal?.aborted !== true) {
      // Listen before the check: an event between check and wait would be lost.
      const checked = new AbortController();
      const event = nextEvent(abortSignal ? AbortSignal.any([abortSignal, checked.signal]) : checked.signal);
      try {
        if (await done()) return;
        await event;
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
    async close() {
      await events.close();
    },
  };
}
