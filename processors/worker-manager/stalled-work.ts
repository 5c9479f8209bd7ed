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
  /** Tells people once for each key. */
  readonly raiseAlert: RaiseAlert;
}

export interface StalledWork {
  /** Jobs that are active and get nowhere. */
  readonly stalled: number;
  /** Work units whose job was gone and is in the queue again. */
  readonly putBack: number;
}

/** Jobs of a queue that one census looks at. */
const PAGE = 1000;
const WAITED_FOR = { unprocessed: { cursor: 0, count: 100_000 } };

/**
 * Why an active job gets nowhere; null when it does. Workers of its queue would have taken it over after lock and check:
 * one that is still without a lock has none.
 */
async function standstillOf(
  queue: Queue,
  job: Job,
  { lockMs, stalledCheckMs }: WorkerTiming,
  now: number,
): Promise<string | null> {
  const activeMs = now - (job.processedOn ?? now);
  if (activeMs <= lockMs + 2 * stalledCheckMs) return null;
  const client = await queue.backend.client;
  if ((await client.get(queue.toKey(`${job.id}:lock`))) === null) return 'nobody holds it: no node works on its queue';
  const meta = metaSchema.safeParse((job.data as { meta?: unknown } | undefined)?.meta);
  const deadline = meta.success ? meta.data.deadline : undefined;
  return deadline !== undefined && now > deadline + lockMs ? 'its deadline is over' : null;
}

/** `{prefix}:queue:jobId` */
function readKey(key: string): { readonly queue: string; readonly jobId: string } {
  const [queue = '', jobId = ''] = key.split(':').slice(-2);
  return { queue, jobId };
}

const RUN_UNIT = 'run-unit.';

/**
 * Notices work that no worker can notice: jobs that are active where no node is, and parents that wait for a child which
 * is no longer in Redis. Lost work units go back under the same job id, so that doing it again adds nothing.
 */
export function createStalledWork({ stores, producer, clock, timing, raiseAlert }: StalledWorkDeps) {
  async function countStalled(name: QueueName): Promise<number> {
    const queue = producer.queue(name);
    let stalled = 0;
    for (const job of await queue.getActive(0, PAGE - 1)) {
      const why = await standstillOf(queue, job, timing, clock.now());
      if (why === null) continue;
      stalled += 1;
      const seconds = Math.round((clock.now() - (job.processedOn ?? 0)) / 1000);
      await raiseAlert({
        key: `stalled-job/${name}/${job.id}/${job.processedOn}`,
        severity: 'warning',
        title: 'Work stands still',
        text: `${name}:${job.name} ${job.id} has been active for ${seconds} s; ${why}`,
      });
    }
    return stalled;
  }

  /** Keys that the parent waits for and that are not there. A child that ends takes its key out of the set in one step. */
  async function lostChildren(queue: Queue, parent: Job): Promise<readonly string[]> {
    const client = await queue.backend.client;
    const { unprocessed = [] } = await parent.getDependencies(WAITED_FOR);
    const there = await Promise.all(unprocessed.map((key) => client.hexists(key, 'name')));
    const gone = unprocessed.filter((_, i) => there[i] === 0);
    if (gone.length === 0) return [];
    const { unprocessed: still = [] } = await parent.getDependencies(WAITED_FOR);
    return gone.filter((key) => still.includes(key));
  }

  async function putBack(key: string, parent: Job, name: QueueName): Promise<boolean> {
    const { queue, jobId } = readKey(key);
    const isUnit = queue === 'backtest' && jobId.startsWith(RUN_UNIT);
    const unit = isUnit ? await stores.workUnits.get(jobId.slice(RUN_UNIT.length)) : null;
    if (unit) await producer.addFlow(runUnit({ id: unit.cycleId }, unit.id), { id: String(parent.id), queue: name });
    const outcome = unit ? 'it is in the queue again' : 'it cannot be made again from here; cancel what waits for it';
    await raiseAlert({
      key: `lost-job/${isQueueName(queue) ? queue : 'unknown'}/${jobId}`,
      severity: 'warning',
      title: 'Job lost',
      text: `${queue}:${jobId}, which ${name}:${parent.id} waits for, was gone from Redis; ${outcome}`,
    });
    return unit !== null;
  }

  return async function look(): Promise<StalledWork> {
    let stalled = 0;
    let back = 0;
    for (const name of QUEUE_NAMES) {
      stalled += await countStalled(name);
      const queue = producer.queue(name);
      for (const parent of await queue.getWaitingChildren(0, PAGE - 1)) {
        for (const key of await lostChildren(queue, parent)) if (await putBack(key, parent, name)) back += 1;
      }
    }
    return { stalled, putBack: back };
  };
}
