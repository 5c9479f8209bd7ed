import { type Job } from 'bullmq';
import { readFailedReason } from '../../../queues/failed-reason.ts';
import { type JobName, type Result } from '../../../queues/contracts/registry.ts';
import { type QueueName } from '../../../queues/names.ts';
import { contractOf } from '../../../queues/producer.ts';
import { AppError } from '../../domain/errors.ts';
import { createJobWaiter } from '../../feed/job-waiter.ts';
import { startNode } from '../../runtime/node.ts';
import { type AppContext } from '../../runtime/context.ts';

/** Longer than all retries of a job take, and short enough for an operator who halts trading. */
const ANSWER_WITHIN_MS = 20_000;
/** Agents of a running company answer in milliseconds. After this time the command runs the job itself. */
const AGENTS_ANSWER_WITHIN_MS = 5_000;
const DRAIN_MS = 5_000;

interface AddedJob<Q extends QueueName, N extends JobName<Q>> {
  readonly queue: Q;
  readonly name: N;
  readonly jobId: string;
  /** Queues whose agents take part in the job. */
  readonly agents: readonly QueueName[];
}

/**
 * Returns the result of a job that was added to its queue. An operator's command must take effect: when no worker serves
 * the queues or none answers soon, this process runs the agents until the job has ended.
 * @throws AppError with the code of the failed job; `no-answer`.
 */
export async function answerOf<Q extends QueueName, N extends JobName<Q>>(
  context: AppContext,
  { queue, name, jobId, agents }: AddedJob<Q, N>,
): Promise<Result<Q, N>> {
  const waiter = createJobWaiter(context, queue);
  const endedWithin = async (ms: number): Promise<Job | null> => {
    await waiter.ended([jobId], AbortSignal.timeout(ms));
    const job = (await context.producer.queue(queue).getJob(jobId)) as Job | undefined;
    return job?.finishedOn === undefined ? null : job;
  };
  try {
    const workers = await Promise.all(agents.map((agent) => context.producer.queue(agent).getWorkersCount()));
    const job =
      (workers.every((count) => count > 0) && (await endedWithin(AGENTS_ANSWER_WITHIN_MS))) || (await runAgentsHere());
    // Check the state: a failed attempt leaves its failedReason on a job that succeeded later.
    if (await job.isFailed()) {
      const { code, message } = readFailedReason(job.failedReason);
      throw new AppError(code, `${queue}:${name} failed: ${message}`, { advice: 'See corp jobs failed' });
    }
    return contractOf(queue).jobs[name]!.result.parse(job.returnvalue) as Result<Q, N>;
  } finally {
    await waiter.close();
  }

  async function runAgentsHere(): Promise<Job> {
    const node = await startNode(context, { queues: agents });
    try {
      const job = await endedWithin(ANSWER_WITHIN_MS);
      if (job) return job;
    } finally {
      await node.close(DRAIN_MS);
      // Remove the heartbeat rows of these temporary agents, or they would be reported as silent.
      await context.stores.agentStates.removeNode(node.name);
    }
    throw new AppError('no-answer', `${queue} did not answer within ${ANSWER_WITHIN_MS / 1000} s`, {
      advice: `Job ${jobId} stays on its queue and takes effect when the agent runs it; see corp status`,
    });
  }
}
