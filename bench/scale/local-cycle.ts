import { type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { loadCliConfig } from '../../src/cli/process/load-cli-config.ts';
import { chooseMarketSource } from '../../src/cli/process/choose-market-source.ts';
import { ownServices, startCompany } from '../../src/runtime/company.ts';
import { reportOf } from '../../src/reports/cycle/cycle-report.ts';
import { runCycleRequest, runRequestFor } from '../../src/feed/cycle-run.ts';
import { setMarketTime } from '../../src/feed/feed.ts';
import { type AppContext } from '../../src/runtime/context.ts';
import { readRegistry } from '../../src/runtime/services/registry.ts';
import { endProcess, spawnCorp } from '../corp-process.ts';
import { cpuBetween, cpuSecondsOf } from '../process-cpu.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { type TemporaryCompany } from '../temporary-company.ts';

/** CPU seconds of the processes of a cycle; null without /proc. */
export interface CycleCpu {
  /** Each node that serves backtest and optimizer. */
  readonly nodes: readonly (number | null)[];
  /** The process with all other agents, and the benchmark. */
  readonly agents: number;
  readonly redis: number | null;
  readonly store: number | null;
}

export interface LocalCycle {
  readonly nodes: number;
  readonly seconds: number;
  readonly cpu: CycleCpu;
  readonly jobs: number;
  readonly trials: number;
  /** CPU time of a job that does nothing, in microseconds: worker, producer and Redis. */
  readonly emptyJobMicros: number | null;
}

export interface LocalCycleOptions {
  readonly nodes: number;
  readonly specs: number;
  /** Days of five-minute candles. With few of them the writes to the store take longer than the backtests. */
  readonly historyDays: number;
}

/** The queues that `corp node` serves. */
export const REMOTE_QUEUES: readonly QueueName[] = ['backtest', 'optimizer'];
/** The first cycle fills the caches of the processes: markets, series, compiled code. */
const WARM_UP_SEED = 1_000_003;
const EMPTY_JOBS = 1000;
const LOOK_EVERY_MS = 100;
const START_WITHIN_MS = 60_000;

/**
 * Runs one cycle in a new company in the folder `name` of the temporary company. `nodes` processes of `corp node` serve its
 * queues backtest and optimizer. Long series and many specs make the cycle CPU-bound.
 */
export async function localCycle(
  io: CliIo,
  { environment: environmentOf, log, stop }: TemporaryCompany,
  name: string,
  { nodes, specs, historyDays }: LocalCycleOptions,
): Promise<LocalCycle> {
  const environment = {
    ...environmentOf(name),
    CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: String(specs),
    CORP_AGENTS__THREADS__COUNT: '1',
    CORP_EXCHANGE__TIMEFRAME: '5m',
    CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: String(historyDays),
  };
  const config = loadCliConfig({ environment, cwd: io.cwd });
  const marketSource = await chooseMarketSource(config, { exchange: 'simulated' });
  const children: ChildProcess[] = [];
  const company = await startCompany({
    config,
    log,
    openServices: ownServices,
    descriptor: marketSource.descriptor,
    async prepare(context) {
      await setMarketTime(context, marketSource.opensAt);
      return { account: marketSource.descriptor.account };
    },
    queues: QUEUE_NAMES.filter((queue) => !REMOTE_QUEUES.includes(queue)),
    signal: stop,
    onFatal: (error) => log.error(error.message),
  });
  try {
    const { context, services } = company;
    const urls = { REDIS_URL: services.redis.url, MONGO_URL: services.mongo.url, TRADING_MODE: 'simulated' };
    for (let i = 0; i < nodes; i += 1)
      children.push(spawnCorp({ ...environment, ...urls }, 'node', '--queues', REMOTE_QUEUES.join(',')));
    await untilRunning(context, children, stop);

    const cycle = async (seed: number) => {
      const { timeframe } = config.exchange;
      const symbols = (await context.data.markets()).map(({ symbol }) => symbol);
      const inputs = { symbols, timeframe, seed, asOf: marketSource.opensAt - timeframeMs(timeframe), settles: true };
      const request = await runRequestFor(
        context.stores.cycles,
        context.descriptor.source,
        inputs,
        () => context.descriptor.account,
      );
      const ended = await runCycleRequest(context, request, stop);
      if (ended.state === 'failed') throw new AppError('cycle-failed', `cycle ${ended.id} failed: ${ended.reason}`);
      return reportOf(context, ended);
    };
    await cycle(WARM_UP_SEED);

    const registry = readRegistry(config.database.dataDirectory);
    const look = cpuOf(children, registry?.redis?.process?.pid, registry?.mongo?.process?.pid);
    const before = await look();
    const startedAt = performance.now();
    const { stages, strategies } = await cycle(marketSource.seed);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpu = less(await look(), before);
    return {
      nodes,
      seconds,
      cpu,
      jobs: stages.reduce((sum, stage) => sum + stage.jobs, 0),
      trials: strategies.trials,
      emptyJobMicros: await emptyJobMicros(context, look, stop),
    };
  } finally {
    await Promise.all(children.map(endProcess));
    await company.close();
  }
}

/** Waits until each of the processes has a row in the store. @throws AppError `start-failed` */
async function untilRunning(context: AppContext, children: readonly ChildProcess[], stop: AbortSignal): Promise<void> {
  const since = performance.now();
  for (;;) {
    const known = new Set((await context.stores.nodes.list()).map(({ pid }) => pid));
    if (children.every(({ pid }) => pid !== undefined && known.has(pid))) return;
    if (children.some(({ exitCode }) => exitCode !== null) || performance.now() - since > START_WITHIN_MS)
      throw new AppError('start-failed', 'corp node ended, or was not running within a minute');
    await unlessStopped(stop, delay(LOOK_EVERY_MS));
  }
}

function cpuOf(children: readonly ChildProcess[], redis: number | undefined, store: number | undefined) {
  return async (): Promise<CycleCpu> => {
    const { user, system } = process.cpuUsage();
    return {
      nodes: await Promise.all(children.map(({ pid }) => cpuSecondsOf(pid))),
      agents: (user + system) / 1e6,
      redis: await cpuSecondsOf(redis),
      store: await cpuSecondsOf(store),
    };
  };
}

function less(after: CycleCpu, before: CycleCpu): CycleCpu {
  return {
    nodes: after.nodes.map((value, i) => cpuBetween(before.nodes[i]!, value)),
    agents: after.agents - before.agents,
    redis: cpuBetween(before.redis, after.redis),
    store: cpuBetween(before.store, after.store),
  };
}

/** Producer and worker are in this process, so the CPU time of this process and Redis is the total. */
async function emptyJobMicros(
  { producer }: AppContext,
  look: () => Promise<CycleCpu>,
  stop: AbortSignal,
): Promise<number | null> {
  const queue = producer.queue('worker-manager');
  const before = await look();
  const ids: string[] = [];
  for (let n = 0; n < EMPTY_JOBS; n += 1) ids.push(await producer.add('worker-manager', 'noop', { n }));
  const last = ids.at(-1)!;
  while (!(await (await queue.getJob(last))?.isCompleted())) await unlessStopped(stop, delay(LOOK_EVERY_MS));
  const { agents, redis } = less(await look(), before);
  return redis === null ? null : ((agents + redis) / EMPTY_JOBS) * 1e6;
}
