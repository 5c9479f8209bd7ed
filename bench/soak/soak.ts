import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection } from 'mongoose';
import { connectMongo } from '../../src/adapters/mongo/connection.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { AppError } from '../../src/domain/errors.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { attachServices } from '../../src/runtime/services/attach-services.ts';
import { scopeOf } from '../../src/runtime/scope.ts';
import { announcementOf, endProcess, spawnCorp } from '../corp-process.ts';
import { memoryOf } from '../cycle/process-memory.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { unlessStopped } from '../unless-stopped.ts';
import { assessSoak, type SoakReport, type SoakSample } from './assess.ts';

export interface SoakOptions {
  readonly candles: number;
  readonly cycles: number;
  readonly historyDays: number;
}

/** Enough for a line through each third. */
const SAMPLES = 60;
const LOOK_EVERY_MS = 250;
/** A company that plays no candle for this long hangs. */
const PATIENCE_MS = 120_000;

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isFile()) return 0;
      // A file may be replaced meanwhile.
      return stat(join(entry.parentPath, entry.name))
        .then(({ size }) => size)
        .catch(() => 0);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Plays candles and cycles as fast as it can, and measures memory and files meanwhile. */
export async function soak(io: CliIo, options: SoakOptions): Promise<SoakReport> {
  const { candles, cycles, historyDays } = options;
  return withTemporaryCompany(io, async ({ environment, config, stop }) => {
    const { database, exchange } = config('soak');
    const env = {
      ...environment('soak'),
      CORP_EXCHANGE__FEED__CYCLE_EVERY_CANDLES: String(Math.max(1, Math.floor(candles / cycles))),
      CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: String(historyDays),
    };
    const company = spawnCorp(env, 'start', '--port', '0', '--speed', 'max', '--json');
    let connection: Connection | undefined;
    try {
      await unlessStopped(stop, announcementOf(company, 'corp start'));
      const services = await attachServices(database.dataDirectory);
      if (services === null) throw new AppError('bench-failed', 'the company has no services of its own');
      const scope = scopeOf(database.namespace, 'simulated');
      connection = await connectMongo({ url: services.mongo.url, database: scope, onError: () => undefined });
      const { mongo, redis } = services;
      const rows = (name: string) => connection!.collection(name);
      const marketTime = async (): Promise<number> => {
        const [feed] = await rows('feedState').find().toArray();
        return Number(feed?.['now'] ?? 0) / timeframeMs(exchange.timeframe);
      };
      const rss = async (pid: number | undefined): Promise<number> =>
        (pid === undefined ? null : await memoryOf(pid))?.rss ?? 0;
      const take = async (played: number): Promise<SoakSample> => {
        const inData = (name: string): Promise<number> => bytesIn(join(database.dataDirectory, name));
        const [finished, fills, ofCompany, ofStore, ofRedis, store, queues, audit, logs] = await Promise.all([
          rows('cycles').countDocuments({ state: 'completed' }),
          rows('fills').estimatedDocumentCount(),
          ...[company.pid, mongo.pid, redis.pid].map(rss),
          ...['store', 'redis', 'audit'].map(inData),
          bytesIn(database.logDirectory),
        ] as Promise<number>[]);
        return {
          candles: played,
          cycles: finished!,
          fills: fills!,
          memory: { company: ofCompany!, store: ofStore!, redis: ofRedis! },
          disk: { store: store!, redis: queues!, audit: audit!, logs: logs! },
        };
      };

      const start = await marketTime();
      const samples: SoakSample[] = [];
      let played = 0;
      let movedAt = performance.now();
      while (played < candles) {
        await unlessStopped(stop, delay(LOOK_EVERY_MS));
        const now = (await marketTime()) - start;
        if (now > played) movedAt = performance.now();
        else if (
          company.exitCode !== null ||
          company.signalCode !== null ||
          performance.now() - movedAt > PATIENCE_MS
        ) {
          const state = company.exitCode ?? company.signalCode;
          const why = state === null ? `it plays none for ${PATIENCE_MS / 1000} s` : `it ended with ${state}`;
          throw new AppError('bench-failed', `the company stopped after ${played} candles: ${why}`);
        }
        played = now;
        if (played - (samples.at(-1)?.candles ?? -Infinity) >= candles / SAMPLES) samples.push(await take(played));
      }
      return assessSoak(samples);
    } finally {
      await connection?.close();
      await endProcess(company);
    }
  });
}

const megabytes = (bytes: number): number => Number((bytes / 1e6).toFixed(1));

export function printSoak(io: CliIo, report: SoakReport): void {
  io.print(`${report.candles} candles, ${report.cycles} cycles, ${report.fills} fills\n`);
  io.table(
    Object.entries(report.memory).map(([process, { thirds, end }]) => ({
      'resident memory, MB': process,
      'first third': megabytes(thirds[0]),
      second: megabytes(thirds[1]),
      last: megabytes(thirds[2]),
      'at the end': megabytes(end),
    })),
    '',
  );
  io.print('');
  io.table(
    Object.entries(report.disk).map(([part, { perCandle, perCycle, perFill }]) => ({
      'bytes a candle': part,
      'first third': Math.round(perCandle[0]),
      second: Math.round(perCandle[1]),
      last: Math.round(perCandle[2]),
      'a cycle': Math.round(perCycle),
      'a fill': perFill === null ? '-' : Math.round(perFill),
    })),
    '',
  );
  const { memory, disk } = report.month;
  io.print(`\n30 days at the default speed: ${megabytes(memory)} MB of memory, ${megabytes(disk)} MB on disk`);
  for (const fault of report.faults) io.print(`not kept: ${fault}`);
}
