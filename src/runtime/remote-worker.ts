import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config } from '../../config/schema.ts';
import { createWorkSource } from '../adapters/coordinator/work-source.ts';
import { createBacktestPool } from '../adapters/threads/backtest-pool.ts';
import { createWorkerData } from '../adapters/worker-data/worker-data.ts';
import { type FillModel } from '../domain/backtest/result.ts';
import { sha256 } from '../domain/identity/sha256.ts';
import { type Logger } from '../ports/logger.ts';
import { type WorkerEngine } from '../ports/worker-engine.ts';
import { runWorker, type WorkerTally } from '../worker/run-worker.ts';
import { createSpecUnitRunner, isSpecUnit, type UnitCosts } from '../worker/spec-unit.ts';
import { replayMarket } from './import-candles.ts';
import { systemClock } from './office.ts';
import { exchangeFor } from './remote-work.ts';
import { createReleaseStack } from './releasers.ts';
import { openWorkerEngine } from './worker-engine.ts';

export interface RemoteWorkerOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Address of the coordinator. */
  readonly url: string;
  /** Host part of the workers' names. @default this machine's */
  readonly name?: string;
  /** Workers, each with a thread. */
  readonly threads: number;
  readonly directories: readonly string[];
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly engine?: WorkerEngine;
}

const SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'Darwin', win32: 'Windows' };
const CLOSE_WITHIN_MS = 10_000;
/** A submission may wait for a store that is coming back; the existing workers wait as long. */
const SUBMIT_TIMEOUT_MS = 30_000;

/** As the existing workers name themselves; statistics and limits by machine go by it. */
export function workerName(host: string, platform: NodeJS.Platform, instance: number): string {
  return `${host.replaceAll(/[^A-Za-z0-9.-]/g, '-')}_${SYSTEMS[platform] ?? 'Linux'}_W${instance}`;
}

function fillModelOf({ exchange }: Config): (symbol: string, costs: UnitCosts) => FillModel {
  return (symbol, { fees, slippage }) => ({
    market: replayMarket({ ...exchange, fees: fees ?? exchange.fees }, symbol),
    slippageRate: slippage ?? exchange.slippageRate,
    priceImprovement: exchange.priceImprovement,
    initialCash: exchange.paper.startingCash,
  });
}

/** Runs workers of ours against a coordinator until they are told to end; what each of them did. */
export async function startRemoteWorkers(options: RemoteWorkerOptions): Promise<readonly WorkerTally[]> {
  const { config, log, url, name = hostname(), threads, directories, once, signal } = options;
  const { engine = openWorkerEngine(directories) } = options;
  const releases = createReleaseStack(CLOSE_WITHIN_MS);
  const pool = createBacktestPool(threads);
  releases.push('threads', () => pool.close());
  releases.push('worker engine', () => engine.close());
  const runSpecs = createSpecUnitRunner({
    data: createWorkerData(directories),
    fillModel: fillModelOf(config),
    clock: systemClock,
    async evaluate(key, series, fillModel, items, stop) {
      const specs = items.map(({ spec }) => spec);
      return (await pool.share(key, series, specs, stop)).run('evaluate', { fillModel, items }, stop);
    },
  });
  const { coordinatorToken: token } = config.secrets;
  const exchange = { ...exchangeFor(config, url, systemClock), timeoutMs: SUBMIT_TIMEOUT_MS };
  try {
    return await Promise.all(
      Array.from({ length: threads }, (_, i) =>
        runWorker({
          id: workerName(name, process.platform, i + 1),
          source: createWorkSource({ ...exchange, token }),
          doUnit: (params, workId, stop) =>
            isSpecUnit(params)
              ? runSpecs(params, stop)
              : engine.execute(params, Number.parseInt(sha256(String(workId)).slice(0, 8), 16), stop),
          pause: (ms, stop) => delay(ms, undefined, { signal: stop }),
          random: Math.random,
          log,
          once,
          signal,
        }),
      ),
    );
  } finally {
    for (const { name: what, error } of await releases.release()) log.warn(`closing ${what}: ${error.message}`);
  }
}
