import { type Queue } from 'bullmq';
import { MONEY_QUEUES, type QueueName } from './names.ts';
import { PRIORITIES } from './meta.ts';
import { allQueues, type Producer } from './producer.ts';
import { type Clock } from '../src/ports/clock.ts';

export interface QueueStatus {
  readonly queue: string;
  /** A queue of a money agent: one job at a time over all nodes, read-only in Bull Board. */
  readonly money: boolean;
  readonly paused: boolean;
  /** Number of jobs by BullMQ state; `waiting` includes prioritized and paused jobs. */
  readonly counts: Readonly<
    Record<'waiting' | 'active' | 'delayed' | 'waitingChildren' | 'completed' | 'failed', number>
  >;
  /** Waiting time of the oldest waiting job, without its delay; null when none waits. */
  readonly oldestWaitingMs: number | null;
}

const LEVELS = Object.values(PRIORITIES);

/** Jobs of one priority wait in order of arrival, so the oldest job is the first one of some priority. */
async function oldestWaiting(queue: Queue, prioritized: number): Promise<number | null> {
  const first = async (state: 'waiting' | 'prioritized', index: number): Promise<number[]> => {
    const jobs = await queue.getJobs([state], index, index, true);
    return jobs.map((job) => job.timestamp + job.delay);
  };
  const heads = [first('waiting', 0)];
  if (prioritized > 0) {
    const perLevel = await queue.getCountsPerPriority([...LEVELS]);
    let index = 0;
    for (const level of LEVELS) {
      const count = perLevel[String(level)] ?? 0;
      if (count > 0) heads.push(first('prioritized', index));
      index += count;
    }
  }
  const times = (await Promise.all(heads)).flat();
  return times.length === 0 ? null : Math.min(...times);
}

async function statusOf(queue: Queue, now: number): Promise<QueueStatus> {
  const [counts, paused] = await Promise.all([queue.getJobCounts(), queue.isPaused()]);
  const count = (state: string): number => counts[state] ?? 0;
  const oldest = await oldestWaiting(queue, count('prioritized'));
  return {
    queue: queue.name,
    money: MONEY_QUEUES.includes(queue.name as QueueName),
    paused,
    counts: {
      waiting: count('waiting') + count('paused') + count('prioritized'),
      active: count('active'),
      delayed: count('delayed'),
      waitingChildren: count('waiting-children'),
      completed: count('completed'),
      failed: count('failed'),
    },
    oldestWaitingMs: oldest === null ? null : Math.max(0, now - oldest),
  };
}

export async function queueStatuses(producer: Producer, clock: Clock): Promise<readonly QueueStatus[]> {
  const now = clock.now();
  return Promise.all(allQueues(producer).map((queue) => statusOf(queue, now)));
}
