import { QueueEvents } from 'bullmq';
import { PRIORITIES } from '../../queues/meta.ts';
import { clientOptions } from '../../queues/options.ts';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { type AppContext } from '../../src/runtime/context.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { BENCH_QUEUE, openWorker, type Variant } from './variants.ts';

export interface Throughput {
  readonly jobsPerSecond: number;
  /** Of this process, which runs the worker; without Redis. */
  readonly cpuMicrosPerJob: number;
}

const BULK = 1000;

/** Measures how fast a worker empties a filled queue. */
export async function measureThroughput(
  context: AppContext,
  variant: Variant,
  { jobs, concurrency }: { readonly jobs: number; readonly concurrency: number },
  stop: AbortSignal,
): Promise<Throughput> {
  const queue = context.producer.queue(BENCH_QUEUE);
  await queue.pause();
  for (let from = 0; from < jobs; from += BULK) {
    const count = Math.min(BULK, jobs - from);
    await queue.addBulk(
      Array.from({ length: count }, (_, i) => ({
        name: 'noop',
        data: { meta: { priority: 'normal' }, payload: { n: from + i } },
        opts: { priority: PRIORITIES.normal },
      })),
    );
  }
  let left = jobs;
  let allDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (allDone = resolve));
  const worker = openWorker(context, variant, concurrency, () => {
    left -= 1;
    if (left === 0) allDone();
  });
  try {
    await worker.ready();
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await queue.resume();
    await unlessStopped(stop, done);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { jobsPerSecond: jobs / seconds, cpuMicrosPerJob: (user + system) / jobs };
  } finally {
    await worker.close();
  }
}

/** Milliseconds from add to the `completed` event, for each of `jobs` sequential jobs at concurrency 1. */
export async function measureLatency(
  context: AppContext,
  variant: Variant,
  { jobs, round }: { readonly jobs: number; readonly round: number },
  stop: AbortSignal,
): Promise<readonly number[]> {
  const { redisUrl, prefix, log, producer } = context;
  // Reads from the beginning of the stream, so that events before the first read are not missed.
  const events = new QueueEvents(BENCH_QUEUE, {
    connection: { url: redisUrl, ...clientOptions('patient', Math.random) },
    prefix,
    lastEventId: '0-0',
  });
  events.on('error', throttledErrors(log, 'events'));
  const worker = openWorker(context, variant, 1, () => undefined);
  const latencies: number[] = [];
  try {
    await Promise.all([worker.ready(), events.waitUntilReady()]);
    for (let n = 0; n < jobs; n += 1) {
      const id = `latency-${variant}-${round}-${n}`;
      const done = new Promise<void>((resolve) => {
        const hear = ({ jobId }: { jobId: string }): void => {
          if (jobId !== id) return;
          events.off('completed', hear);
          resolve();
        };
        events.on('completed', hear);
      });
      const startedAt = performance.now();
      await producer.add(BENCH_QUEUE, 'noop', { n }, { jobId: id });
      await unlessStopped(stop, done);
      latencies.push(performance.now() - startedAt);
    }
  } finally {
    await Promise.all([worker.close(), events.close()]);
  }
  return latencies;
}
