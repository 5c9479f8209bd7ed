import { type CliIo } from '../../src/cli/output/io.ts';
import { openContext } from '../../src/runtime/context.ts';
import { startServices } from '../../src/runtime/services/start-services.ts';
import { simulatedMarketSource } from '../../src/runtime/simulated-descriptor.ts';
import { quantile, round, spreadOf, type Spread } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { VARIANTS, type Variant } from './variants.ts';
import { measureLatency, measureThroughput, type Throughput } from './measure.ts';

export interface QueueBenchOptions {
  readonly rounds: number;
  readonly jobs: number;
  readonly concurrency: number;
  /** Jobs whose latency is measured in each round. */
  readonly latencyJobs: number;
}

type Pair<T> = Readonly<Record<Variant, T>>;

export interface QueueBenchReport extends QueueBenchOptions {
  readonly results: readonly (Pair<Throughput> & {
    readonly round: number;
    readonly ratio: number;
    readonly cpuRatio: number;
  })[];
  /** Jobs per second of the agent / those of the bare worker in the same round. */
  readonly ratio: Spread;
  /** CPU time of a bare job / that of an agent's job: the ratio without other load on the machine. */
  readonly cpuRatio: Spread;
  /** Time from add to completion at concurrency 1, ms. */
  readonly latency: Pair<{ readonly p50: number; readonly p99: number }>;
  readonly target: number;
}

/** An agent must reach this share of the bare worker's speed. */
const TARGET = 0.7;

/** Runs both alternately, so that other load affects both. */
async function inTurn<T>(measure: (variant: Variant) => Promise<T>): Promise<Pair<T>> {
  const results: Partial<Record<Variant, T>> = {};
  for (const variant of VARIANTS) results[variant] = await measure(variant);
  return results as Pair<T>;
}

/** Measures the overhead of an agent over a bare BullMQ worker: the same no-op jobs on the same queue of a private Redis. */
export async function benchQueue(io: CliIo, options: QueueBenchOptions): Promise<QueueBenchReport> {
  return withTemporaryCompany(io, async ({ config: configOf, log, cleanup, stop }) => {
    const config = configOf('queue');
    const services = await startServices({
      dataDirectory: config.database.dataDirectory,
      log,
      onFatal: (error) => log.error(error.message),
      signal: stop,
    });
    cleanup.push('services', () => services.close());
    const { descriptor } = simulatedMarketSource(config, config.exchange.seed, Date.now());
    const { redis, mongo } = services;
    const context = await openContext({ config, descriptor, redisUrl: redis.url, mongoUrl: mongo.url, log });
    cleanup.push('context', () => context.close());

    const results: QueueBenchReport['results'][number][] = [];
    // Round 0 is the warm-up and does not count.
    for (let n = 0; n <= options.rounds; n += 1) {
      const pair = await inTurn((variant) => measureThroughput(context, variant, options, stop));
      const ratio = pair.agent.jobsPerSecond / pair.bare.jobsPerSecond;
      const cpuRatio = pair.bare.cpuMicrosPerJob / pair.agent.cpuMicrosPerJob;
      if (n > 0) results.push({ round: n, ...pair, ratio, cpuRatio });
      io.complain(`round ${n} of ${options.rounds}${n === 0 ? ' (warm-up)' : ''}: ratio ${ratio.toFixed(2)}`);
    }
    const latencies: Pair<number[]> = { bare: [], agent: [] };
    for (let n = 0; n <= options.rounds; n += 1) {
      const pair = await inTurn((variant) =>
        measureLatency(context, variant, { jobs: options.latencyJobs, round: n }, stop),
      );
      if (n > 0) for (const variant of VARIANTS) latencies[variant].push(...pair[variant]);
    }
    const latencyOf = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
    return {
      ...options,
      results,
      ratio: spreadOf(results.map(({ ratio }) => ratio)),
      cpuRatio: spreadOf(results.map(({ cpuRatio }) => cpuRatio)),
      latency: { bare: latencyOf(latencies.bare), agent: latencyOf(latencies.agent) },
      target: TARGET,
    };
  });
}

export function printQueueBench(
  io: CliIo,
  { results, ratio, cpuRatio, latency, target, jobs, concurrency }: QueueBenchReport,
): void {
  io.print(
    `${jobs} no-op jobs per round, concurrency ${concurrency}; latency from add to completion at concurrency 1\n`,
  );
  io.table(
    results.map((result) => ({
      round: result.round,
      'bare jobs/s': Math.round(result.bare.jobsPerSecond),
      'agent jobs/s': Math.round(result.agent.jobsPerSecond),
      ratio: round(result.ratio, 3),
      'bare CPU us/job': round(result.bare.cpuMicrosPerJob, 1),
      'agent CPU us/job': round(result.agent.cpuMicrosPerJob, 1),
      'CPU ratio': round(result.cpuRatio, 3),
    })),
    'No rounds.',
  );
  io.print('');
  io.table(
    VARIANTS.map((worker) => ({
      worker,
      'p50 ms': round(latency[worker].p50, 2),
      'p99 ms': round(latency[worker].p99, 2),
    })),
    '',
  );
  const text = ({ median, min, max }: Spread): string =>
    `median ${median.toFixed(3)}, from ${min.toFixed(3)} to ${max.toFixed(3)}`;
  io.print(`\nSpeed, agent / bare: ${text(ratio)}; the target is at least ${target.toFixed(2)}`);
  io.print(`CPU, bare / agent:   ${text(cpuRatio)}`);
}
