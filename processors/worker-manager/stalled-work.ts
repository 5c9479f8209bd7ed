import { type Job, type Queue } from 'bullmq';
import { runUnit } from '../../queues/flows/cycle-flow.ts';
import { metaSchema } from '../../queues/meta.ts';
import { isQueueName, QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { type WorkerTiming } from '../../queues/options.ts';
import { type Producer } from '../../queues/producer.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type WorkUnitStore } from '../../src/ports/stores.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';

export interface StalledWorkDeps {
  readonly stores: { readonly workUnits: Pick<WorkUnitStore, 'get'> };
  readonly producer: Producer;
  readonly clock: Clock;
  readonly timing: WorkerTiming;
  /** Raises one alert per key. */
  readonly raiseAlert: RaiseAlert;
}

export interface StalledWork {
  /** Number of active jobs without progress. */
  readonly stalled: number;
  /** Number of work units whose job was missing and was added again. */
  readonly putBack: number;
}

/** Maximum number of jobs per queue that one census checks. */
const PAGE = 1000;
const UNPROCESSED = { unprocessed: { cursor: 0, count: 100_000 } };

/**
 * Reason why an active job is stalled; null when it is not. A worker of its queue would have taken the job over once its
 * lock had expired and the stalled check had run, so a job that still has no lock has no worker.
 */
async function stallReasonOf(
  queue: Queue,
  job: Job,
  { lockMs, stalledCheckMs }: WorkerTiming,
  now: number,
): Promise<string | null> {
  const activeMs = now - (job.processedOn ?? now);
  if (activeMs <= lockMs + 2 * stalledCheckMs) return null;
  const client = await queue.backend.client;
  if ((await client.get(queue.toKey(`${job.id}:lock`))) === null)
    return 'no worker holds its lock: no node serves its queue';
  const meta = metaSchema.safeParse((job.data as { meta?: unknown } | undefined)?.meta);
  const deadline = meta.success ? meta.data.deadline : undefined;
  return deadline !== undefined && now > deadline + lockMs ? 'its deadline has passed' : null;
}

/** `{prefix}:queue:jobId` */
function readKey(key: string): { readonly queue: string; readonly jobId: string } {
  const [queue = '', jobId = ''] = key.split(':').slice(-2);
  return { queue, jobId };
}

const RUN_UNIT = 'run-unit.';

/**
 * Finds work that no worker can notice: active jobs of queues that no node serves, and parents whose child is no longer in
 * Redis. A missing work unit is added again under the same job id, so that a repeated run adds nothing.
 */
export function createStalledWork({ stores, producer, clock, timing, raiseAlert }: StalledWorkDeps) {
  async function countStalled(name: QueueName): Promise<number> {
    const queue = producer.queue(name);
    let stalled = 0;
    for (const job of await queue.getActive(0, PAGE - 1)) {
      const reason = await stallReasonOf(queue, job, timing, clock.now());
      if (reason === null) continue;
      stalled += 1;
      const seconds = Math.round((clock.now() - (job.processedOn ?? 0)) / 1000);
      await raiseAlert({
        key: `stalled-job/${name}/${job.id}/${job.processedOn}`,
        severity: 'warning',
        title: 'Stalled job',
        text: `${name}:${job.name} ${job.id} has been active for ${seconds} s; ${reason}`,
      });
    }
    return stalled;
  }

  /** Keys of children that the parent waits for and that do not exist. A child that ends removes its key from the set atomically. */
  async function missingChildren(queue: Queue, parent: Job): Promise<readonly string[]> {
    const client = await queue.backend.client;
    const { unprocessed = [] } = await parent.getDependencies(UNPROCESSED);
    const exists = await Promise.all(unprocessed.map((key) => client.hexists(key, 'name')));
    const missing = unprocessed.filter((_, i) => exists[i] === 0);
    if (missing.length === 0) return [];
    const { unprocessed: still = [] } = await parent.getDependencies(UNPROCESSED);
    return missing.filter((key) => still.includes(key));
  }

  async function putBack(key: string, parent: Job, name: QueueName): Promise<boolean> {
    const { queue, jobId } = readKey(key);
    const isUnit = queue === 'backtest' && jobId.startsWith(RUN_UNIT);
    const unit = isUnit ? await stores.workUnits.get(jobId.slice(RUN_UNIT.length)) : null;
    if (unit) await producer.addFlow(runUnit({ id: unit.cycleId }, unit.id), { id: String(parent.id), queue: name });
    const outcome = unit ? 'it was added again' : 'it cannot be recreated; cancel the job that waits for it';
    await raiseAlert({
      key: `lost-job/${isQueueName(queue) ? queue : 'unknown'}/${jobId}`,
      severity: 'warning',
      title: 'Child job missing',
      text: `${queue}:${jobId}, which ${name}:${parent.id} waits for, was missing from Redis; ${outcome}`,
    });
    return unit !== null;
  }

  return async function findStalledWork(): Promise<StalledWork> {
    let stalled = 0;
    let back = 0;
    for (const name of QUEUE_NAMES) {
      stalled += await countStalled(name);
      const queue = producer.queue(name);
      for (const parent of await queue.getWaitingChildren(0, PAGE - 1)) {
        for (const key of await missingChildren(queue, parent)) if (await putBack(key, parent, name)) back += 1;
      }
    }
    return { stalled, putBack: back };
  };
}
