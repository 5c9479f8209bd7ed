import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openAuditArchive } from '../../src/adapters/audit-archive/audit-archive.ts';
import { connectMongo } from '../../src/adapters/mongo/connection.ts';
import { createMongoStores } from '../../src/adapters/mongo/stores.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { nextAuditRecord, type AuditRecord } from '../../src/domain/audit/chain.ts';
import { AppError } from '../../src/domain/errors.ts';
import { canonicalJson } from '../../src/domain/identity/canonical-json.ts';
import { CURRENT_FORMAT } from '../../src/runtime/format/migrations.ts';
import { scopeOf } from '../../src/runtime/scope.ts';
import { startServices } from '../../src/runtime/services/start-services.ts';
import { spawnCorp } from '../corp-process.ts';
import { cpuBetween, cpuSecondsOf } from '../process-cpu.ts';
import { round } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';

export interface AuditBenchOptions {
  readonly records: number;
  /** Newest records, which are in the store; the others are in archived parts. */
  readonly stored: number;
}

export interface AuditBenchReport extends AuditBenchOptions {
  /** CPU seconds of `corp audit verify`, and of the store meanwhile. */
  readonly cpuSeconds: number | null;
  readonly storeCpuSeconds: number | null;
  /** Largest resident memory of `corp audit verify`, MB. */
  readonly peakMegabytes: number | null;
  readonly archiveBytesPerRecord: number;
}

const PART = 10_000;
const SAMPLE_EVERY_MS = 50;

/** As long as the record of a verdict, which is the most frequent one. */
function entryOf(i: number) {
  const checks = ['exposure', 'drawdown', 'orders', 'volatility'].map((rule) => ({ rule, value: i / 7, limit: 0.05 }));
  return {
    key: `risk-manager/review/${i}`,
    actor: 'risk-manager',
    action: 'review',
    subject: `intent i-${i}`,
    at: 1_700_000_000_000 + i,
    data: { verdict: 'reduce', factor: 0.883_901_33, reason: 'volatility is above the target', checks, job: `j-${i}` },
  };
}

/** Peak and CPU are read while the process lives: the system forgets them with it. */
async function watch(pid: number | undefined, signal: AbortSignal) {
  let last = { peakMegabytes: null as number | null, cpuSeconds: null as number | null };
  while (!signal.aborted) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    const cpuSeconds = await cpuSecondsOf(pid);
    if (peak !== undefined && cpuSeconds !== null) last = { peakMegabytes: Number(peak) / 1024, cpuSeconds };
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
  }
  return last;
}

/** `corp audit verify` over a chain of which most is archived. */
export async function benchAudit(io: CliIo, options: AuditBenchOptions): Promise<AuditBenchReport> {
  const { records, stored } = { ...options, stored: Math.min(options.stored, options.records) };
  return withTemporaryCompany(io, async ({ log, cleanup, stop, config, environment }) => {
    const { database } = config('audit');
    await mkdir(database.dataDirectory, { recursive: true });
    const services = await startServices({
      dataDirectory: database.dataDirectory,
      redisUrl: undefined,
      mongoUrl: undefined,
      log,
      onFatal: (error) => log.error(error.message),
      signal: stop,
    });
    cleanup.push('services', () => services.close());
    const scope = scopeOf(database.namespace, 'simulated');
    const connection = await connectMongo({ url: services.mongo.url, database: scope, onError: () => undefined });
    cleanup.push('store connection', () => connection.close());
    const stores = createMongoStores(connection);
    await stores.ensureIndexes();
    await connection.collection('meta').insertOne({ _id: 'format', format: CURRENT_FORMAT } as never);
    const archive = openAuditArchive(join(database.dataDirectory, 'audit', scope));

    let head: AuditRecord | null = null;
    let part: AuditRecord[] = [];
    for (let i = 1; i <= records; i += 1) {
      head = nextAuditRecord(head, entryOf(i));
      part.push(head);
      const isArchived = i <= records - stored;
      if (part.length < (isArchived ? PART : PART / 10) && i !== records && i !== records - stored) continue;
      stop.throwIfAborted();
      if (isArchived) await archive.add(part);
      else {
        const rows = part.map((record) => ({ ...record, _id: record.key, data: canonicalJson(record.data) }));
        await connection.collection('auditLog').insertMany(rows as never);
      }
      part = [];
    }

    const ended = new AbortController();
    const storeBefore = await cpuSecondsOf(services.mongo.pid);
    const child = spawnCorp(environment('audit'), 'audit', 'verify', '--mode', 'simulated', '--json');
    const watched = watch(child.pid, ended.signal);
    const [answer, [exitCode]] = await Promise.all([text(child.stdout!), once(child, 'exit') as Promise<[number]>]);
    ended.abort();
    const verified = answer === '' ? null : (JSON.parse(answer) as { ok: boolean; records: number });
    if (exitCode !== 0 || verified?.records !== records)
      throw new AppError('bench-failed', `corp audit verify ended with ${exitCode}: ${answer}`);
    return {
      records,
      stored,
      ...(await watched),
      storeCpuSeconds: cpuBetween(storeBefore, await cpuSecondsOf(services.mongo.pid)),
      archiveBytesPerRecord: (await archive.bytes()) / Math.max(1, records - stored),
    };
  });
}

export function printAuditBench(io: CliIo, report: AuditBenchReport): void {
  io.print(
    `corp audit verify on ${report.records} records, the newest ${report.stored} of them in the store, the others in files\n`,
  );
  io.table(
    [
      {
        'CPU s': round(report.cpuSeconds ?? Number.NaN, 1),
        'CPU s of the store': round(report.storeCpuSeconds ?? Number.NaN, 1),
        'peak MB': round(report.peakMegabytes ?? Number.NaN, 0),
        'archived bytes a record': round(report.archiveBytesPerRecord, 0),
      },
    ],
    '',
  );
}
