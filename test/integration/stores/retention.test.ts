import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, afterAll, expect, it, onTestFinished } from 'vitest';
import { openAuditArchive } from '../../../src/adapters/audit-archive/audit-archive.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { verifyAudit } from '../../../src/cli/commands/audit.ts';
import { sha256 } from '../../../src/domain/identity/sha256.ts';
import { archiveAudit } from '../../../src/runtime/retention/archive-audit.ts';
import { reduceCycles } from '../../../src/runtime/retention/reduce-cycles.ts';
import { auditEntry } from '../../contract/stores/operations.ts';
import {
  analysis,
  cycle,
  deadLetter,
  metrics,
  opportunity,
  optimization,
  strategy,
  T0,
  trial,
  workUnit,
} from '../../contract/stores/samples.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

let store: TemporaryStore;
let stores: ReturnType<typeof createMongoStores>;

beforeAll(async () => {
  store = await openTemporaryStore();
  stores = createMongoStores(await store.connect());
  await stores.ensureIndexes();
});
afterAll(() => store.close());

function archiveOf() {
  const directory = mkdtempSync(join(tmpdir(), 'corp-archive-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, archive: openAuditArchive(directory) };
}

it('moves old audit records to files; the chain stays whole, goes on, and survives a crash between the two', async () => {
  const { audit, retention } = stores;
  const { directory, archive } = archiveOf();
  for (let i = 0; i < 70; i += 1) await audit.append(auditEntry(`old-${i}`));
  const keep = { audit, archive, keep: 20, part: 20 };
  // The process dies after the file is complete.
  const crashes = { removeAudit: () => Promise.reject(new Error('killed')) };
  await expect(archiveAudit({ ...keep, retention: crashes })).rejects.toThrow('killed');
  expect((await verifyAudit(audit, undefined, archive)).fault).toBeNull();

  expect(await archiveAudit({ ...keep, retention })).toBe(1);
  expect(readdirSync(directory)).toHaveLength(2);
  expect((await audit.read(1, 1)).map(({ seq }) => seq)).toEqual([41]);
  await audit.append(auditEntry('new'));
  const { records, fault } = await verifyAudit(audit, undefined, archive);
  expect({ records, fault }).toEqual({ records: 71, fault: null });
  expect(await archiveAudit({ ...keep, retention })).toBe(0);
});

it('removes no record of a store that was put back to an older copy, and the chain counts as broken', async () => {
  const { archive } = archiveOf();
  const of = { archive, keep: 20, part: 20 };
  const chain = async (name: string, length: number): Promise<TemporaryStore> => {
    const opened = await openTemporaryStore();
    const own = createMongoStores(await opened.connect());
    await own.ensureIndexes();
    for (let i = 0; i < length; i += 1) await own.audit.append(auditEntry(`${name}-${i}`));
    return opened;
  };
  const newer = await chain('newer', 60);
  onTestFinished(() => newer.close());
  const ofNewer = createMongoStores(await newer.connect());
  expect(await archiveAudit({ ...of, audit: ofNewer.audit, retention: ofNewer.retention })).toBe(2);

  // It has gone on since the copy: its records have the numbers of archived ones.
  const older = await chain('older', 30);
  onTestFinished(() => older.close());
  const ofOlder = createMongoStores(await older.connect());
  await expect(archiveAudit({ ...of, audit: ofOlder.audit, retention: ofOlder.retention })).rejects.toMatchObject({
    code: 'audit-broken',
  });
  expect(await ofOlder.audit.read(1, 100)).toHaveLength(30);
  expect((await verifyAudit(ofOlder.audit, undefined, archive)).fault).toMatchObject({ seq: 41 });
});

/** A cycle with a screened and a tested strategy of its own, and one that every cycle tries. */
async function addCycle(n: number, state: 'completed' | 'running' = 'completed') {
  const id = `c${String(n).padStart(2, '0')}`;
  const [screened, tested, shared] = [`screened ${n}`, `tested ${n}`, 'shared'].map(sha256) as [string, string, string];
  await stores.cycles.create(cycle(id, { state, startedAt: T0 + n }));
  await stores.strategies.addMany(
    [screened, tested, shared].map((hash) => strategy(hash, { origin: 'random', state: 'rejected' })),
  );
  const of = { cycleId: id, metrics: { ...metrics, sharpe: n } };
  await stores.trials.recordMany([
    trial(`${id}-1`, { ...of, strategyHash: screened }),
    trial(`${id}-2`, { ...of, strategyHash: shared, metrics: { ...metrics, sharpe: null } }),
    trial(`${id}-3`, { ...of, strategyHash: tested, stage: 'grid' }),
    trial(`${id}-4`, { ...of, strategyHash: tested, stage: 'walk-forward' }),
  ]);
  await stores.workUnits.addMany([workUnit(`${id}-u`, { cycleId: id })]);
  await stores.optimizations.save(optimization(id, tested));
  await stores.analyses.saveScan(id, T0, [opportunity('BTC/USD', 1)]);
  await stores.analyses.saveAnalysis(id, analysis('BTC/USD'));
  const made = { cycleId: id, symbol: 'BTC/USD', reason: 'r', probabilisticSharpe: null, deflatedSharpe: null };
  await stores.decisions.recordMany([
    { ...made, strategyHash: screened, stage: 'screen', decision: 'rejected' },
    { ...made, strategyHash: tested, stage: 'select', decision: 'rejected' },
  ]);
  return { id, screened, tested, shared };
}

it('reduces old cycles to what was looked at out of sample and 16 bytes for each other trial', async () => {
  const cycles = [];
  for (let n = 0; n < 10; n += 1) cycles.push(await addCycle(n));
  const running = await addCycle(10, 'running');
  expect(await reduceCycles(stores.retention, 3)).toBe(0);
  await stores.cycles.finish(running.id, { state: 'failed', reason: 'r', at: T0 });
  expect(await reduceCycles(stores.retention, 3)).toBe(8);

  const { id, screened, tested, shared } = cycles[4]!;
  const { trials } = (await stores.retention.digest(id))!;
  expect(trials).toHaveLength(48);
  const bytes = Buffer.from(trials);
  const digests = [0, 16, 32].map((at) => [bytes.toString('hex', at, at + 8), bytes.readDoubleBE(at + 8)]);
  expect(digests).toContainEqual([screened.slice(0, 16), 4]);
  expect(digests).toContainEqual([shared.slice(0, 16), Number.NaN]);

  expect(await stores.trials.count(id)).toBe(1);
  expect(await stores.trials.ofCycle(id, 'walk-forward')).toHaveLength(1);
  expect(await stores.workUnits.get(`${id}-u`)).toBeNull();
  expect(await stores.analyses.scan(id)).toBeNull();
  expect(await stores.analyses.analyses(id)).toEqual([]);
  expect((await stores.decisions.ofCycle(id)).map(({ stage }) => stage)).toEqual(['select']);
  expect(await stores.optimizations.ofCycle(id)).toHaveLength(1);
  expect(await stores.cycles.get(id)).toMatchObject({ state: 'completed' });
  expect((await stores.strategies.getMany([screened, tested, shared])).map(({ hash }) => hash)).toEqual([
    tested,
    shared,
  ]);

  const kept = cycles.at(-1)!;
  expect(await stores.trials.count(kept.id)).toBe(4);
  expect(await stores.workUnits.get(`${kept.id}-u`)).not.toBeNull();
  expect(await reduceCycles(stores.retention, 3)).toBe(0);
});

it('removes old alerts and dead letters', async () => {
  const alert = { severity: 'info', title: 't', text: 't' } as const;
  await stores.alerts.raise({ ...alert, key: 'old', at: T0 });
  await stores.alerts.raise({ ...alert, key: 'new', at: T0 + 2 });
  await stores.deadLetters.record({ ...deadLetter('old'), failedAt: T0 });
  await stores.retention.removeNotices(T0 + 1);
  expect((await stores.alerts.list(10)).map(({ key }) => key)).toEqual(['new']);
  expect(await stores.deadLetters.list(10)).toEqual([]);
});
