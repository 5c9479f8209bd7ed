import { setTimeout as delay } from 'node:timers/promises';
import { type Job } from 'bullmq';
import { type QueueName } from '../../../queues/names.ts';
import { type Member } from '../plan/plan.ts';
import { type Books } from './books.ts';
import { type World } from './world.ts';

export interface AtWork {
  readonly member: Member;
  readonly job: string;
}

const LOOK_EVERY_MS = 3;

/** Waits until a process runs a job of this queue, and returns both; null when none does for `withinMs`. */
export async function memberAtWork(
  world: World,
  { context }: Books,
  queueName: QueueName,
  withinMs: number,
): Promise<AtWork | null> {
  const deadline = performance.now() + withinMs;
  const queue = context.producer.queue(queueName);
  while (performance.now() < deadline) {
    // Redis may be away or loading.
    const active = (await queue.getActive().catch(() => [])) as readonly (Job | undefined)[];
    for (const job of active) {
      // The name of a node ends with its process id.
      const pid = Number(/\.(\d+)$/.exec(job?.processedBy ?? '')?.[1]);
      const member = (Object.keys(world.members) as Member[]).find((name) => world.members[name].pid() === pid);
      if (job && member) return { member, job: job.name };
    }
    await delay(LOOK_EVERY_MS);
  }
  return null;
}
