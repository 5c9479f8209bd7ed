import { type Job } from 'bullmq';
import { keyPrefix, MONEY_QUEUES, QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { createProducer, type Producer } from '../../../queues/producer.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { type Books } from '../world/books.ts';
import { patiently } from '../world/patiently.ts';
import { NAMESPACE } from '../world/settings.ts';
import { type Violate } from './check.ts';

const WITHIN_MS = 240_000;
/** Each has one entry and one job that waits. */
const SCHEDULES: Readonly<Record<'company' | 'coordinator', readonly string[]>> = {
  company: ['ceo:supervise', 'risk-manager:monitor', 'task-manager:sweep', 'worker-manager:census'],
  coordinator: ['worker-manager:census', 'worker-manager:sweep-leases', 'worker-manager:verify-results'],
};
const NEWEST = 50;

/** BullMQ returns undefined for a job that was removed meanwhile. */
const present = (jobs: readonly (Job | undefined)[]): readonly Job[] => jobs.filter((job) => job !== undefined);

/** Every queue has ended a job since `since` (wall time). */
export async function checkQueuesTakeJobs(books: Books, since: number, violate: Violate): Promise<string> {
  const { producer } = books.context;
  const missing = new Set<QueueName>(QUEUE_NAMES);
  await patiently(WITHIN_MS, async () => {
    for (const name of missing) {
      const ended = present(await producer.queue(name).getJobs(['completed', 'failed'], 0, NEWEST));
      if (ended.some(({ finishedOn = 0 }) => finishedOn > since)) missing.delete(name);
    }
    return missing.size === 0;
  });
  for (const name of missing) {
    const counts = await producer.queue(name).getJobCounts();
    violate('queues', `${name} has ended no job for ${WITHIN_MS / 1000} s: ${JSON.stringify(counts)}`);
  }
  return `${QUEUE_NAMES.length - missing.size} of ${QUEUE_NAMES.length} queues took jobs`;
}

/** Schedules of these queues, each with the number of jobs that wait for its time. */
async function schedulesOf(producer: Producer): Promise<readonly string[]> {
  const found = await Promise.all(
    QUEUE_NAMES.map(async (queue) => {
      const [schedulers, jobs] = await Promise.all([
        producer.queue(queue).getJobSchedulers(),
        producer.queue(queue).getJobs(['delayed', 'prioritized', 'waiting', 'active']),
      ]);
      return schedulers.map(({ key }) => {
        const waiting = present(jobs).filter(({ repeatJobKey }) => repeatJobKey === key);
        return `${queue}:${key} ${waiting.length}`;
      });
    }),
  );
  return found.flat().sort();
}

/** Each schedule exists once with one job that waits for its time, and money queues run one job at a time. */
export async function checkSchedules({ context }: Books, violate: Violate): Promise<string> {
  const { connection, producer } = context;
  const ofFleet = createProducer({ connection, prefix: keyPrefix(NAMESPACE, 'coordinator'), log: silent });
  try {
    const seen: string[] = [];
    for (const [owner, queues] of [
      ['company', producer],
      ['coordinator', ofFleet],
    ] as const) {
      const wanted = SCHEDULES[owner].map((name) => `${name} 1`).join(', ');
      let found = '';
      const isRight = await patiently(WITHIN_MS / 4, async () => {
        found = (await schedulesOf(queues)).join(', ');
        return found === wanted;
      });
      if (!isRight) violate('schedules', `${owner}: ${found}; expected ${wanted}`);
      seen.push(`${owner}: ${found}`);
    }
    for (const name of MONEY_QUEUES) {
      const limit = await producer.queue(name).getGlobalConcurrency();
      if (limit !== 1) violate('schedules', `${name} runs ${limit ?? 'any number of'} jobs at a time`);
    }
    return seen.join('; ');
  } finally {
    await ofFleet.close();
  }
}

/** Waits until no job is left, except those of schedules. */
export async function checkQueuesGetIdle(books: Books, violate: Violate): Promise<void> {
  const { producer } = books.context;
  let left: readonly string[] = [];
  const isIdle = await patiently(WITHIN_MS, async () => {
    const jobs = await Promise.all(
      QUEUE_NAMES.map(async (name) => {
        const unfinished = present(
          await producer
            .queue(name)
            .getJobs(['active', 'waiting', 'prioritized', 'delayed', 'waiting-children'], 0, NEWEST),
        );
        return unfinished.filter(({ repeatJobKey }) => !repeatJobKey).map((job) => `${name} ${job.name} ${job.id}`);
      }),
    );
    left = jobs.flat();
    return left.length === 0;
  });
  if (!isIdle) violate('queues', `never idle: ${left.slice(0, 10).join(', ')}`);
}

/** Jobs that failed for good since `since`; what failed while services were away is only counted. */
export async function checkFailures(books: Books, since: number, violate: Violate): Promise<string> {
  const { producer, stores } = books.context;
  const letters = await stores.deadLetters.list(10_000);
  for (const letter of letters)
    if (letter.code === 'internal') violate('dead letters', `${letter.queue} ${letter.name}: ${letter.reason}`);
  const codes = new Map<string, number>();
  for (const { queue, name, code } of letters) {
    const kind = `${queue}:${name} ${code}`;
    codes.set(kind, (codes.get(kind) ?? 0) + 1);
  }
  for (const name of QUEUE_NAMES) {
    const failed = present(await producer.queue(name).getJobs(['failed'], 0, NEWEST));
    for (const { id, finishedOn = 0, failedReason } of failed)
      if (finishedOn > since) violate('queues', `${name} ${id} failed after all faults were over: ${failedReason}`);
  }
  return `${letters.length} dead letters${letters.length > 0 ? `: ${[...codes].map(([kind, n]) => `${n} ${kind}`).join(', ')}` : ''}`;
}
