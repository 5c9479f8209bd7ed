import { DelayedError, WaitingChildrenError, type Job } from 'bullmq';
import { type FlowNode, type Producer } from '../../queues/producer.ts';
import { type QueueName } from '../../queues/names.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';

/** Children of a step-job by the job id they were attached with. */
export interface ChildOutcomes {
  readonly completed: ReadonlyMap<string, unknown>;
  /** Reason by job id. */
  readonly failed: ReadonlyMap<string, string>;
}

/** `{prefix}:queue:jobId` -> `jobId`. Ids hold no colon (BullMQ refuses them). */
function idOfKey(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** A job has at most a few hundred children; one page holds them all (the default page is 20). */
const PAGE = { cursor: 0, count: 100_000 };

async function attachedChildren(job: Job): Promise<ChildOutcomes & { readonly known: ReadonlySet<string> }> {
  const sets = await job.getDependencies({ processed: PAGE, unprocessed: PAGE, ignored: PAGE, failed: PAGE });
  const completed = new Map(
    Object.entries(sets.processed ?? {}).map(([key, value]) => [idOfKey(key), value as unknown]),
  );
  const failed = new Map(
    Object.entries(sets.ignored ?? {}).map(([key, reason]) => [idOfKey(key), readFailedReason(String(reason)).message]),
  );
  for (const key of sets.failed ?? []) failed.set(idOfKey(key), 'failed');
  const known = new Set([...completed.keys(), ...failed.keys(), ...(sets.unprocessed ?? []).map(idOfKey)]);
  return { completed, failed, known };
}

/**
 * Makes sure that `wanted` are children of `job`, and gives back their outcomes once all of them have ended; until
 * then the job leaves its worker (WaitingChildrenError) and holds no lock. Deterministic job ids make this safe at any
 * crash: only children missing from all four dependency sets are attached, because attaching a child again that has
 * failed leaves its parent waiting for ever.
 */
export async function awaitChildren(
  job: Job,
  token: string,
  queue: QueueName,
  producer: Producer,
  wanted: readonly FlowNode[],
): Promise<ChildOutcomes> {
  const attached = await attachedChildren(job);
  for (const node of wanted) {
    if (!attached.known.has(node.jobId)) await producer.addFlow(node, { id: String(job.id), queue });
  }
  if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
  const { completed, failed } = await attachedChildren(job);
  return { completed, failed };
}

/**
 * Puts the job to sleep in its queue: it leaves its worker, holds no lock, and runs again from its first line.
 * @param until wall time, epoch ms
 * @throws DelayedError always; it tells the worker what happened and must not be caught.
 */
export async function sleepUntil(job: Job, token: string, until: number): Promise<never> {
  await job.moveToDelayed(until, token);
  throw new DelayedError();
}
