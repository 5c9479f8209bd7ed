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

export interface RunAgentDeps {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
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
  /** Takes jobs, and none of those in hand has hung. A heart that beats for a dead worker would hide its death. */
  alive(): boolean;
  /** Stops taking jobs and waits for those in hand; forced: gives them up for another worker to find. */
  close(force: boolean): Promise<void>;
}

/** No job of ours takes a tenth of it: batches are seconds, and what waits longer waits in the queue. */
const HUNG_AFTER_MS = 10 * 60_000;

/** Puts an agent on its queue. */
export function runAgent(agent: Agent, deps: RunAgentDeps): RunningAgent {
  const worker = new Worker(agent.queue, (job, token, signal) => agent.process(job, token, signal), {
    connection: deps.connection,
    prefix: deps.prefix,
    concurrency: deps.concurrency,
    ...workerOptions(deps.timing),
  });
  // Recordings in flight: close() waits for them, so that no dead letter is lost at a clean stop.
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
      // The worker manager's census finds it in the failed set and records it later.
      deps.log.warn('dead letter not recorded yet', { queue: agent.queue, jobId: job.id, cause: errorText(cause) });
    }
  };

  worker.on('error', throttledErrors(deps.log, `worker ${agent.queue}`));
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
