import { FlowProducer, QueueEvents, Worker, type FlowJob } from 'bullmq';
import { clientOptions, JOB_DEFAULTS, workerOptions } from '../../queues/options.ts';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { type AppContext } from '../../src/runtime/context.ts';
import { unlessStopped } from '../unless-stopped.ts';

/** Queues of the jobs of a tick with orders, each flow from its first job to its last. */
export const SHAPE = [['trader', 'analyst', 'ceo'], ['risk-manager'], ['risk-manager', 'trader']] as const;
type BareQueue = (typeof SHAPE)[number][number];

export interface BareFlows {
  /** Runs the flows one after the other. */
  run(n: number): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ alone: as many flows, levels and jobs as a tick with orders has, in queues of their own, with processors that do nothing. */
export async function openBareFlows(
  { redisUrl, prefix, log, config }: Pick<AppContext, 'redisUrl' | 'prefix' | 'log' | 'config'>,
  stop: AbortSignal,
): Promise<BareFlows> {
  const shared = { connection: { url: redisUrl, ...clientOptions('patient', Math.random) }, prefix };
  const onError = throttledErrors(log, 'bare flow');
  const nameOf = (queue: BareQueue): string => `bare-${queue}`;
  const queues = [...new Set(SHAPE.flat())];
  const workers = queues.map(
    (queue) => new Worker(nameOf(queue), async () => ({}), { ...shared, ...workerOptions(config.database.queues) }),
  );
  const lasts = [...new Set(SHAPE.map((flow) => flow.at(-1)!))];
  // From the beginning of the stream, so that no event is missed.
  const listen = (queue: BareQueue) => new QueueEvents(nameOf(queue), { ...shared, lastEventId: '0-0' });
  const events = new Map(lasts.map((queue) => [queue, listen(queue)]));
  const flows = new FlowProducer(shared);
  for (const worker of workers) worker.on('error', onError);
  for (const heard of events.values()) heard.on('error', onError);
  flows.on('error', onError);
  await Promise.all([...workers, ...events.values(), flows].map((open) => open.waitUntilReady()));

  const completed = (queue: BareQueue, id: string): Promise<void> =>
    new Promise((resolve) => {
      const hear = ({ jobId }: { jobId: string }): void => {
        if (jobId !== id) return;
        events.get(queue)!.off('completed', hear);
        resolve();
      };
      events.get(queue)!.on('completed', hear);
    });
  const flowOf = (flow: (typeof SHAPE)[number], id: string): FlowJob =>
    [...flow].reduce<FlowJob | null>(
      (child, queue, level) => ({
        name: 'noop',
        queueName: nameOf(queue),
        data: {},
        opts: { ...JOB_DEFAULTS, jobId: `${id}-${level}` },
        ...(child && { children: [child] }),
      }),
      null,
    )!;

  return {
    async run(n) {
      for (const [i, flow] of SHAPE.entries()) {
        const id = `bare-${n}-${i}`;
        const done = completed(flow.at(-1)!, `${id}-${flow.length - 1}`);
        await flows.add(flowOf(flow, id));
        await unlessStopped(stop, done);
      }
    },
    async close() {
      await Promise.all([...workers, ...events.values(), flows].map((open) => open.close()));
    },
  };
}
