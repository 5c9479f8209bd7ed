import { QueueEvents } from 'bullmq';
import { type QueueName } from '../../queues/names.ts';
import { type JobWaiterDeps } from './feed-deps.ts';

/** Events can be missed (a reconnect, a trimmed stream): what is waited for is looked at anyway this often. */
const LOOK_EVERY_MS = 1000;

export interface JobWaiter {
  /**
   * Resolves once `done` says so. It is asked at once, whenever a job of the queue ends, and at intervals.
   * Also resolves when `signal` aborts.
   */
  until(done: () => Promise<boolean>, signal?: AbortSignal): Promise<void>;
  /** Until all of these jobs have ended, in whichever way. */
  ended(jobIds: readonly string[], signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Waits for jobs of one queue by its events. */
export function createJobWaiter({ connection, prefix, log, producer }: JobWaiterDeps, queue: QueueName): JobWaiter {
  // From now on, not from whenever the connection is made: a job that is done by then would be noticed by looking only.
  const lastEventId = `${Date.now()}-0`;
  const events = new QueueEvents(queue, { connection, prefix, lastEventId });
  events.on('error', (error) => log.debug(`${queue} events: ${error.message}`));

  const nextEvent = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        events.off('completed', finish);
        events.off('failed', finish);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, LOOK_EVERY_MS);
      events.on('completed', finish);
      events.on('failed', finish);
      signal.addEventListener('abort', finish);
    });

  const until: JobWaiter['until'] = async (done, signal) => {
    while (signal?.aborted !== true) {
      // Listen first: an event between the look and the wait would be lost.
      const looked = new AbortController();
      const event = nextEvent(signal ? AbortSignal.any([signal, looked.signal]) : looked.signal);
      try {
        if (await done()) return;
        await event;
      } finally {
        looked.abort();
      }
    }
  };

  return {
    until,
    async ended(jobIds, signal) {
      const left = new Set(jobIds);
      await until(async () => {
        for (const id of left) {
          const job = await producer.queue(queue).getJob(id);
          if (!job || job.finishedOn !== undefined) left.delete(id);
        }
        return left.size === 0;
      }, signal);
    },
    async close() {
      await events.close();
    },
  };
}
