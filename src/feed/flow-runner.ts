import { type QueueName } from '../../queues/names.ts';
import { type FlowNode, type Producer } from '../../queues/producer.ts';
import { type JobWaiter } from './job-waiter.ts';

export interface FlowRunOptions {
  /** An interrupted process may have added the flow. */
  readonly mayExist: boolean;
  readonly abortSignal?: AbortSignal | undefined;
  /** @default without limit */
  readonly withinMs?: number;
}

/** Adds flows and waits for their last job. */
export interface FlowRunner {
  /** Returns the result of the last job; undefined when it failed, did not end in time, or the signal aborted. */
  run(flow: FlowNode, options: FlowRunOptions): Promise<unknown>;
  add(flow: FlowNode): Promise<void>;
  exists(flow: FlowNode): Promise<boolean>;
  /** Whether the job has completed or failed, or does not exist. */
  hasEnded(queue: QueueName, jobId: string): Promise<boolean>;
  /** Resolves when the job has ended. */
  ended(queue: QueueName, jobId: string, abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createFlowRunner(
  producer: Pick<Producer, 'addFlow' | 'queue'>,
  waiterOf: (queue: QueueName) => JobWaiter,
): FlowRunner {
  const waiters = new Map<QueueName, JobWaiter>();
  const waiter = (queue: QueueName): JobWaiter => {
    const found = waiters.get(queue) ?? waiterOf(queue);
    waiters.set(queue, found);
    return found;
  };
  const add: FlowRunner['add'] = (flow) => producer.addFlow(flow);
  const find = ({ queue, jobId }: Pick<FlowNode, 'queue' | 'jobId'>) => producer.queue(queue).getJob(jobId);
  const exists: FlowRunner['exists'] = async (flow) => (await find(flow)) !== undefined;

  return {
    add,
    exists,
    run(flow, { mayExist, abortSignal, withinMs }) {
      // A parent never resumes when a failed child is added again.
      const addMissing = async (): Promise<void> => {
        if (!mayExist || !(await exists(flow))) await add(flow);
      };
      return waiter(flow.queue).resultOf(flow.jobId, addMissing, { abortSignal, withinMs });
    },
    async hasEnded(queue, jobId) {
      const job = await find({ queue, jobId });
      return !job || job.finishedOn !== undefined;
    },
    ended: (queue, jobId, abortSignal) => waiter(queue).ended([jobId], abortSignal),
    async close() {
      await Promise.all([...waiters.values()].map((open) => open.close()));
    },
  };
}
