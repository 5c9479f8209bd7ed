import { connectMongo } from '../../src/adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../../src/adapters/mongo/fleet/stores.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { votesOf } from '../../src/domain/fleet/unit.ts';
import { type FleetStores } from '../../src/ports/fleet/stores.ts';
import { coordinatorScope } from '../../src/runtime/coordinator-stores.ts';
import { readRegistry } from '../../src/runtime/services/registry.ts';
import { startServices } from '../../src/runtime/services/start-services.ts';
import { announcementOf, endProcess, spawnCorp } from '../corp-process.ts';
import { quantile, round } from '../statistics.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { runWorkers, type WorkersRun, type Part } from './run-workers.ts';
import { fillCoordinator, type PairTime, type ScriptedWorker } from './scripted-worker.ts';

export interface CoordinatorBenchOptions {
  readonly workers: number;
  /** Units completed before the measurement, by a coordinator that has just started. */
  readonly warmUp: number;
  readonly units: number;
  readonly replicas: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

interface Rate {
  /** Pairs of a get_work that returned a unit, and its submit. */
  readonly pairs: number;
  readonly seconds: number;
  readonly pairsPerSecond: number;
}

export interface CoordinatorBenchReport extends CoordinatorBenchOptions, Rate {
  /** The warm-up run, while V8 still compiles the code of coordinator and store. */
  readonly cold: Rate;
  readonly target: number;
  readonly getWorkMs: Percentiles;
  readonly submitMs: Percentiles;
  readonly cpuMsPerPair: Readonly<Record<Part, number | null>>;
  /** Counts of both runs, read from the store afterwards. */
  readonly outcome: {
    readonly completed: number;
    readonly failed: number;
    readonly accepted: number;
    readonly refused: number;
    /** Reports that were late or sent twice. */
    readonly surplus: number;
    /** Units with more counted results than requested, or two of one worker. Must be 0. */
    readonly overdone: number;
    /** Counted results that are missing from their worker's figures, or counted there twice. Must be 0. */
    readonly miscounted: number;
  };
}

const TARGET = 300;
/** The options for a busy coordinator (docs/coordinator.md). */
const NODE_OPTIONS = '--max-semi-space-size=32';

/** Eight of ten are of the newest generation; the others send reports that are refused. */
function scriptedWorkers(size: number): readonly ScriptedWorker[] {
  return Array.from({ length: size }, (_, i) => ({
    id: `machine${Math.floor(i / 4)}_Linux_W${(i % 4) + 1}`,
    generation: i % 10 === 8 ? 'v3' : i % 10 === 9 ? 'v5' : 'root',
  }));
}

async function outcomeOf(stores: FleetStores): Promise<CoordinatorBenchReport['outcome']> {
  const [states, verdicts, workers] = await Promise.all([
    stores.units.counts(),
    stores.results.counts(),
    stores.workers.list(),
  ]);
  const units = await stores.units.list({ limit: 1_000_000 });
  const overdone = units.filter((unit) => {
    const votes = votesOf(unit);
    return votes.length > unit.wanted || new Set(votes.map(({ workerId }) => workerId)).size < votes.length;
  });
  const refused = verdicts.invalid + verdicts.constants + verdicts.untrusted;
  const counted = workers.reduce((sum, worker) => sum + worker.completed, 0);
  return {
    completed: states.completed,
    failed: states.failed,
    accepted: verdicts.accepted,
    refused,
    surplus: verdicts.late + verdicts.duplicate,
    overdone: overdone.length,
    miscounted: Math.abs(counted - verdicts.accepted - verdicts.disagrees),
  };
}

const rateOf = ({ times, seconds }: WorkersRun): Rate => ({
  pairs: times.length,
  seconds,
  pairsPerSecond: times.length / seconds,
});

function percentilesOf(times: readonly PairTime[], of: (pair: PairTime) => number): Percentiles {
  const values = times.map(of);
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

/** Runs scripted workers against `corp coordinator` in a separate process, with private services. */
export async function benchCoordinator(io: CliIo, options: CoordinatorBenchOptions): Promise<CoordinatorBenchReport> {
  return withTemporaryCompany(io, async ({ config: configOf, environment, log, cleanup, stop }) => {
    const { database } = configOf('coordinator');
    const services = await startServices({
      dataDirectory: database.dataDirectory,
      log,
      onFatal: (error) => log.error(error.message),
      signal: stop,
    });
    cleanup.push('services', () => services.close());
    const { redis, mongo } = services;
    const child = spawnCorp(
      { ...environment('coordinator'), NODE_OPTIONS, REDIS_URL: redis.url, MONGO_URL: mongo.url },
      ...['coordinator', '--port', '0', '--json'],
    );
    cleanup.push('coordinator', () => endProcess(child));
    const announced = announcementOf<{ coordinator: string }>(child, 'corp coordinator');
    const { coordinator: url } = await unlessStopped(stop, announced);
    const connection = await connectMongo({
      url: mongo.url,
      database: coordinatorScope(database.namespace),
      onError: () => undefined,
    });
    cleanup.push('store connection', () => connection.close());
    const stores = createMongoFleetStores(connection);

    const pids = {
      coordinator: child.pid,
      store: readRegistry(database.dataDirectory)?.mongo?.process?.pid,
      workers: process.pid,
    };
    const workers = scriptedWorkers(options.workers);
    const run = async (name: string, units: number): Promise<WorkersRun> => {
      await fillCoordinator(url, { name, units, replicas: options.replicas });
      const onProgress = (pairs: number): void => io.complain(`${name}: ${pairs} pairs`);
      const running = runWorkers({ url, units: stores.units, workers, pids, onProgress, stop });
      return unlessStopped(stop, running);
    };
    const cold = await run('warm-up', options.warmUp);
    const measured = await run('measured', options.units);
    // Reading the figures of workers updates them.
    await fetch(`${url}/api/workers`);
    return {
      ...options,
      ...rateOf(measured),
      cold: rateOf(cold),
      target: TARGET,
      getWorkMs: percentilesOf(measured.times, ({ getWorkMs }) => getWorkMs),
      submitMs: percentilesOf(measured.times, ({ submitMs }) => submitMs),
      cpuMsPerPair: measured.cpuMsPerPair,
      outcome: await outcomeOf(stores),
    };
  });
}

export function printCoordinatorBench(io: CliIo, report: CoordinatorBenchReport): void {
  const { workers, warmUp, units, replicas, pairs, seconds, pairsPerSecond, cold, target, outcome } = report;
  io.print(`${workers} workers, ${units} units of ${replicas} replicas, ${pairs} pairs of get_work and submit`);
  io.print(
    `Warm-up after the start: ${warmUp} units, ${cold.pairs} pairs, ${cold.pairsPerSecond.toFixed(0)} pairs/s\n`,
  );
  io.table(
    (['getWorkMs', 'submitMs'] as const).map((name) => ({
      request: name === 'getWorkMs' ? 'get_work' : 'submit_result',
      'p50 ms': round(report[name].p50, 2),
      'p99 ms': round(report[name].p99, 2),
    })),
    '',
  );
  io.print('');
  io.table(
    Object.entries(report.cpuMsPerPair).map(([process, ms]) => ({
      process,
      'CPU ms per pair': ms === null ? null : round(ms, 2),
    })),
    '',
  );
  io.print('');
  io.table([{ ...outcome }], '');
  io.print(
    `\n${pairsPerSecond.toFixed(0)} pairs/s over ${seconds.toFixed(1)} s; the target is at least ${target}. Overdone and miscounted must be 0`,
  );
}
