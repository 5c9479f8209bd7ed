import { type Job } from 'bullmq';
import { readFailedReason } from '../../../queues/failed-reason.ts';
import { type JobName, type Result } from '../../../queues/contracts/registry.ts';
import { type QueueName } from '../../../queues/names.ts';
import { contractOf } from '../../../queues/producer.ts';
import { AppError } from '../../domain/errors.ts';
import { createJobWaiter } from '../../feed/job-waiter.ts';
import { startNode } from '../../runtime/node.ts';
import { type AppContext } from '../../runtime/context.ts';

/** Longer than a job's retries take; nobody should wait longer for a brake. */
const ANSWER_WITHIN_MS = 20_000;
/** The desks of a company at work answer in milliseconds. Then we do it ourselves. */
const PATIENCE_MS = 5_000;
const DRAIN_MS = 5_000;

interface Asked<Q extends QueueName, N extends JobName<Q>> {
  readonly queue: Q;
  readonly name: N;
  readonly jobId: string;
  /** Queues whose agents have a part in it. */
  readonly agents: readonly QueueName[];
}

/**
 * The answer of a job that is on its queue. An operator's word must take effect: where no worker serves the queues, or
 * none answers soon, this process does the desks' work until the job has ended.
 * @throws AppError what the job failed with; `no-answer`.
 */
export async function answerOf<Q extends QueueName, N extends JobName<Q>>(
  context: AppContext,
  { queue, name, jobId, agents }: Asked<Q, N>,
): Promise<Result<Q, N>> {
  const waiter = createJobWaiter(context, queue);
  const endedWithin = async (ms: number): Promise<Job | null> => {
    await waiter.ended([jobId], AbortSignal.timeout(ms));
    const job = (await context.producer.queue(queue).getJob(jobId)) as Job | undefined;
    return job?.finishedOn === undefined ? null : job;
  };
  try {
    const workers = await Promise.all(agents.map((agent) => context.producer.queue(agent).getWorkersCount()));
    const job = (workers.every((count) => count > 0) && (await endedWithin(PATIENCE_MS))) || (await workOff());
    // A reason alone says little: an attempt before the one that went well leaves it behind.
    if (await job.isFailed()) {
      const { code, message } = readFailedReason(job.failedReason);
      throw new AppError(code, `${queue}:${name} failed: ${message}`, { advice: 'See corp jobs failed' });
    }
    return contractOf(queue).jobs[name]!.result.parse(job.returnvalue) as Result<Q, N>;
  } finally {
    await waiter.close();
  }

  async function workOff(): Promise<Job> {
    const node = await startNode(context, { queues: agents });
    try {
      const job = await endedWithin(ANSWER_WITHIN_MS);
      if (job) return job;
    } finally {
      await node.close(DRAIN_MS);
      // A desk manned for one job must not be missed when it is gone.
      await context.stores.agentStates.removeNode(node.name);
    }
    throw new AppError('no-answer', `${queue} did not answer within ${ANSWER_WITHIN_MS / 1000} s`, {
      advice: `Job ${jobId} stays on its queue and takes effect when the desk gets to it; look at corp status`,
    });
  }
}
