import { Worker, type Job } from 'bullmq';
import { createAgentMonitor } from '../../processors/agent/agent-monitor.ts';
import { type Agent } from '../../processors/agent/define-agent.ts';
import { runAgent } from '../../processors/agent/run-agent.ts';
import { type Payload } from '../../queues/contracts/registry.ts';
import { clientOptions, workerOptions, type WorkerTiming } from '../../queues/options.ts';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { createAgent } from '../../src/runtime/agents.ts';
import { type AppContext } from '../../src/runtime/context.ts';

export const BENCH_QUEUE = 'worker-manager';
export const VARIANTS = ['bare', 'agent'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface OpenWorker {
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface NoopJob extends Job {
  readonly data: { readonly payload: Payload<typeof BENCH_QUEUE, 'noop'> };
}

/**
 * A worker on the benchmark's queue that calls `onDone` at the end of each job. `bare` is a minimal BullMQ worker;
 * `agent` is the worker manager as the company runs it.
 */
export function openWorker(context: AppContext, variant: Variant, concurrency: number, onDone: () => void): OpenWorker {
  const { redisUrl, prefix, log, config, clock } = context;
  const { lockMs, stalledCheckMs } = config.database.queues;
  const timing: WorkerTiming = { lockMs, stalledCheckMs };
  const shared = { connection: { url: redisUrl, ...clientOptions('patient', Math.random) }, prefix, concurrency };

  if (variant === 'bare') {
    const process = async (job: NoopJob): Promise<{ n: number }> => {
      const { n } = job.data.payload;
      onDone();
      return { n };
    };
    const worker = new Worker(BENCH_QUEUE, process, { ...shared, ...workerOptions(timing) });
    worker.on('error', throttledErrors(log, 'bare worker'));
    return {
      async ready() {
        await worker.waitUntilReady();
      },
      close: () => worker.close(),
    };
  }

  const monitor = createAgentMonitor(BENCH_QUEUE, 'bench', clock);
  const { queue, process } = createAgent(BENCH_QUEUE, context, monitor, 'bench');
  const counted: Agent = {
    queue,
    async process(job, token, signal) {
      const result = await process(job, token, signal);
      onDone();
      return result;
    },
  };
  const { stores, broadcaster } = context;
  const { deadLetters } = stores;
  const running = runAgent(counted, {
    ...shared,
    node: 'bench',
    timing,
    clock,
    log,
    monitor,
    deadLetters,
    broadcaster,
  });
  return { ready: () => running.ready(), close: () => running.close(false) };
}
