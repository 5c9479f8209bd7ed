import { DelayedError, WaitingChildrenError, type Job } from 'bullmq';
import { type FlowNode, type Producer } from '../../queues/producer.ts';
import { type QueueName } from '../../queues/names.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';

/** Outcomes of a step job's children, by job id. */
export interface ChildOutcomes {
  readonly completed: ReadonlyMap<string, unknown>;
  /** Reason of failure by job id. */
  readonly failed: ReadonlyMap<string, string>;
}

/** `{prefix}:queue:jobId` -> `jobId`. BullMQ refuses ids with a colon. */
function idOfKey(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** One page for all children: a job has at most a few hundred (the default page size is 20). */
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
 * Attaches `wanted` as children of `job` and returns their outcomes when all of them have ended. Until then the job
 * leaves its worker (WaitingChildrenError) and holds no lock. Deterministic job ids make this safe after a crash: only
 * children missing from all four dependency sets are attached, because a parent never resumes when a failed child is
 * attached again.
 * @throws WaitingChildrenError while children are running; it must not be caught.
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
 * Delays the job in its queue. It leaves its worker, holds no lock, and later runs again from the start of its handler.
 * @param until wall time, epoch ms
 * @throws DelayedError always; it tells the worker that the job was delayed and must not be caught.
 */
export async function sleepUntil(job: Job, token: string, until: number): Promise<never> {
  await job.moveToDelayed(until, token);
  throw new DelayedError();
}
