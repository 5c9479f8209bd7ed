import { Worker, type ConnectionOptions, type Job } from 'bullmq';
import { workerOptions, type WorkerTiming } from '../../queues/options.ts';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { errorText } from '../../src/domain/errors.ts';
import { type Logger } from '../../src/ports/logger.ts';
import { type DeadLetterStore } from '../../src/ports/stores.ts';
import { type AgentMonitor } from './agent-monitor.ts';
import { deadLetterOf, isDead } from './dead-letters.ts';
import { type Agent } from './define-agent.ts';
import { adviceOf } from './job-errors.ts';
import { LOCK_LOST } from './lock-lost.ts';

export interface RunAgentDeps {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  /** Name of the node: the clients of Redis are told apart by it. */
  readonly node: string;
  readonly concurrency: number;
  readonly timing: WorkerTiming;
  readonly clock: Clock;
  readonly log: Logger;
  readonly monitor: AgentMonitor;
  readonly deadLetters: DeadLetterStore;
  readonly broadcaster: Broadcaster;
}

export interface RunningAgent {
  readonly queue: string;
  ready(): Promise<void>;
  /** Whether the worker takes jobs and no running job hangs. A heartbeat without this check would hide a dead worker. */
  alive(): boolean;
  /** Stops taking jobs and waits for the running ones. With `force` it abandons them; another worker takes them over. */
  close(force: boolean): Promise<void>;
}

/** No job takes a tenth of this time: batches take seconds, and longer waits happen in the queue. */
const HUNG_AFTER_MS = 10 * 60_000;

/** Starts a BullMQ worker that runs the agent's jobs. */
export function runAgent(agent: Agent, deps: RunAgentDeps): RunningAgent {
  const worker = new Worker(agent.queue, (job, token, abortSignal) => agent.process(job, token, abortSignal), {
    connection: deps.connection,
    prefix: deps.prefix,
    name: deps.node,
    concurrency: deps.concurrency,
    ...workerOptions(deps.timing),
  });
  // Unfinished recordings. close() waits for them so that a clean stop loses no dead letter.
  const recordings = new Set<Promise<void>>();

  const recordDeadLetter = async (job: Job, error: Error): Promise<void> => {
    const letter = deadLetterOf(agent.queue, job, error.message, deps.clock.now(), adviceOf(error));
    try {
      await deps.deadLetters.record(letter);
      await deps.broadcaster.publish({
        topic: 'dead-letter',
        at: letter.failedAt,
        data: { queue: letter.queue, jobId: letter.jobId, name: letter.name, code: letter.code, reason: letter.reason },
      });
    } catch (cause) {
      // The worker manager's census finds the job in the failed set and records it later.
      deps.log.warn('dead letter not recorded yet', { queue: agent.queue, jobId: job.id, cause: errorText(cause) });
    }
  };

  worker.on('error', throttledErrors(deps.log, `worker ${agent.queue}`));
  // The result of such a job would be refused, and on a busy machine its work slows the worker that runs the job now,
  // until that one loses the lock too.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, LOCK_LOST);
  });
  worker.on('failed', (job, error) => {
    if (!job || !isDead(job, error)) return;
    const recording = recordDeadLetter(job, error).finally(() => recordings.delete(recording));
    recordings.add(recording);
  });

  return {
    queue: agent.queue,
    async ready() {
      await worker.waitUntilReady();
    },
    alive: () => worker.isRunning() && deps.monitor.longestJobMs() < HUNG_AFTER_MS,
    async close(force) {
      await worker.close(force);
      deps.monitor.stopped();
      await Promise.all(recordings);
    },
  };
}
