import { setTimeout as delay } from 'node:timers/promises';
import { connectMongo } from '../../src/adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../../src/adapters/mongo/fleet/stores.ts';
import { type CliIo } from '../../src/cli/io.ts';
import { votesOf } from '../../src/domain/fleet/unit.ts';
import { type FleetStores } from '../../src/ports/fleet-stores.ts';
import { coordinatorScope } from '../../src/runtime/coordinator.ts';
import { readRegistry } from '../../src/runtime/services/registry.ts';
import { startServices } from '../../src/runtime/services/start-services.ts';
import { announcementOf, endProcess, spawnCorp } from '../corp-process.ts';
import { cpuBetween, cpuSecondsOf } from '../process-cpu.ts';
import { quantile, round } from '../statistics.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { withWorkplace } from '../workplace.ts';
import { fillCoordinator, workOnce, type PairTime, type ScriptedWorker } from './scripted-worker.ts';

export interface CoordinatorBenchOptions {
  readonly workers: number;
  readonly units: number;
  readonly replicas: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface CoordinatorBenchReport extends CoordinatorBenchOptions {
  /** get_work with work, and its submit. */
  readonly pairs: number;
  readonly seconds: number;
  readonly pairsPerSecond: number;
  readonly target: number;
  readonly getWorkMs: Percentiles;
  readonly submitMs: Percentiles;
  /** CPU milliseconds a pair, of each process that has a part in it; null where the system does not say. */
  readonly cpuMsPerPair: Readonly<Record<'coordinator' | 'store' | 'workers', number | null>>;
  /** Read from the store afterwards. */
  readonly outcome: {
    readonly completed: number;
    readonly failed: number;
    readonly accepted: number;
    readonly refused: number;
    /** Late, or sent twice. */
    readonly surplus: number;
    /** Units with more results that count than asked for, or two of one worker: there must be none. */
    readonly overdone: number;
    /** Results that count but are not in their worker's figures, or twice: there must be none. */
    readonly miscounted: number;
  };
}

const TARGET = 300;
/** As the deployments run a busy one (docs/coordinator.md). */
const NODE_OPTIONS = '--max-semi-space-size=32';
const IDLE_MS = 50;
/** Looking costs the store something: not more often than it takes to notice the end. */
const LOOK_MS = 500;

/** Eight of ten are of the newest generation; the others send what is refused. */
function crowd(size: number): readonly ScriptedWorker[] {
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

/** Scripted workers against `corp coordinator` as a process of its own, over private services. */
export async function benchCoordinator(io: CliIo, options: CoordinatorBenchOptions): Promise<CoordinatorBenchReport> {
  return withWorkplace(io, async ({ config: configOf, environment, log, releases, stop }) => {
    const { database } = configOf('coordinator');
    const services = await startServices({
      dataDirectory: database.dataDirectory,
      log,
      onFatal: (error) => log.error(error.message),
      signal: stop,
    });
    releases.push('services', () => services.close());
    const { redis, mongo } = services;
    const child = spawnCorp(
      { ...environment('coordinator'), NODE_OPTIONS, REDIS_URL: redis.url, MONGO_URL: mongo.url },
      ...['coordinator', '--port', '0', '--json'],
    );
    releases.push('coordinator', () => endProcess(child));
    const announced = announcementOf<{ coordinator: string }>(child, 'corp coordinator');
    const { coordinator: url } = await unlessStopped(stop, announced);
    await fillCoordinator(url, options.units, options.replicas);

    const connection = await connectMongo({
      url: mongo.url,
      database: coordinatorScope(database.namespace),
      onError: () => undefined,
    });
    releases.push('store connection', () => connection.close());
    const stores = createMongoFleetStores(connection);

    const storePid = readRegistry(database.dataDirectory)?.mongo?.process?.pid;
    const cpuOf = async () => ({
      coordinator: await cpuSecondsOf(child.pid),
      store: await cpuSecondsOf(storePid),
      workers: await cpuSecondsOf(process.pid),
    });
    const cpuBefore = await cpuOf();
    const times: PairTime[] = [];
    const startedAt = performance.now();
    let lastAt = startedAt;
    let isDone = false;
    const work = async (worker: ScriptedWorker): Promise<void> => {
      while (!isDone && !stop.aborted) {
        const pair = await workOnce(url, worker);
        if (pair) {
          times.push(pair);
          lastAt = performance.now();
        } else {
          await delay(IDLE_MS);
        }
      }
    };
    const watch = async (): Promise<void> => {
      for (;;) {
        await delay(LOOK_MS);
        const { pending, in_progress } = await stores.units.counts();
        if (stop.aborted || pending + in_progress === 0) break;
      }
      isDone = true;
    };
    const workers = crowd(options.workers).map(work);
    const noted = setInterval(() => {
      if (!isDone) io.complain(`${times.length} pairs`);
    }, 2_000);
    try {
      await unlessStopped(stop, Promise.all([watch(), ...workers]));
    } finally {
      clearInterval(noted);
    }
    const seconds = (lastAt - startedAt) / 1000;
    const cpuAfter = await cpuOf();
    const perPair = (process: keyof typeof cpuBefore): number | null => {
      const used = cpuBetween(cpuBefore[process], cpuAfter[process]);
      return used === null ? null : (used / times.length) * 1000;
    };
    const percentiles = (of: (pair: PairTime) => number): Percentiles => {
      const values = times.map(of);
      return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
    };
    // Reading the figures of workers brings them up to date.
    await fetch(`${url}/api/workers`);
    return {
      ...options,
      pairs: times.length,
      seconds,
      pairsPerSecond: times.length / seconds,
      target: TARGET,
      getWorkMs: percentiles(({ getWorkMs }) => getWorkMs),
      submitMs: percentiles(({ submitMs }) => submitMs),
      cpuMsPerPair: {
        coordinator: perPair('coordinator'),
        store: perPair('store'),
        workers: perPair('workers'),
      },
      outcome: await outcomeOf(stores),
    };
  });
}

export function printCoordinatorBench(io: CliIo, report: CoordinatorBenchReport): void {
  const { workers, units, replicas, pairs, seconds, pairsPerSecond, target, outcome, cpuMsPerPair } = report;
  io.print(`${workers} workers, ${units} units of ${replicas} replicas, ${pairs} pairs of get_work and submit\n`);
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
    Object.entries(cpuMsPerPair).map(([process, ms]) => ({
      process,
      'CPU ms a pair': ms === null ? null : round(ms, 2),
    })),
    '',
  );
  io.print('');
  io.table([{ ...outcome }], '');
  io.print(
    `\n${pairsPerSecond.toFixed(0)} pairs/s over ${seconds.toFixed(1)} s; the target is at least ${target}. Overdone and miscounted must be 0`,
  );
}
