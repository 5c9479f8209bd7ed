import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPythonDatabase } from '../../../src/adapters/sqlite/open-python-database.ts';
import { importDatabase } from '../../../src/coordinator/import-database.ts';
import { importElites } from '../../../src/coordinator/import-elites.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { type PythonDatabase } from '../../../src/ports/fleet/python-database.ts';
import { openFleet } from '../../fixtures/fleet/open-fleet.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';
import {
  eliteRow,
  oldResultRow,
  pythonDatabase,
  resultRow,
  unitRow,
  SPOT,
  type DatabaseOptions,
  type PythonRows,
} from '../../fixtures/python/database.ts';
import { ROOT_REPORT, T0 } from '../fleet/fleet-fixture.ts';
import { manualClock } from '../processors/agent/agent-fixture.ts';

function temporaryFile(bytes: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'corp-import-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'coordinator.db');
  writeFileSync(path, bytes);
  return path;
}

async function opened(rows: PythonRows, options?: DatabaseOptions): Promise<PythonDatabase> {
  const database = await openPythonDatabase(temporaryFile(await pythonDatabase(rows, options)));
  onTestFinished(() => database.close());
  return database;
}

function target() {
  const stores = createMemoryFleetStores();
  const clock = manualClock(T0);
  const strategies: Strategy[] = [];
  const addMany = async (added: readonly Strategy[]): Promise<number> => {
    const fresh = added.filter(({ hash }) => strategies.every((strategy) => strategy.hash !== hash));
    strategies.push(...fresh);
    return fresh.length;
  };
  return {
    stores,
    clock,
    strategies,
    units: (database: PythonDatabase) => importDatabase(database, { stores, clock, onProgress: () => undefined }),
    elites: (database: PythonDatabase) => importElites(database, { strategies: { addMany }, clock }),
  };
}

const YEARS: PythonRows = {
  work_units: [
    unitRow(1, { status: 'completed', canonical_result_id: 2 }),
    unitRow(2, { status: 'in_progress' }),
    unitRow(3),
    unitRow(4, { status: 'assigned' }),
    unitRow(5, { strategy_params: '{"data_file": "BTC' }),
    unitRow(6, { strategy_params: JSON.stringify({ ...SPOT, population_size: 'x' }) }),
  ],
  results: [
    resultRow(1, 1),
    resultRow(2, 1, { is_canonical: 1 }),
    resultRow(3, 2),
    resultRow(4, 4),
    resultRow(5, 4),
    resultRow(6, 1, { strategy_genome: '{"entry_rules": [' }),
    resultRow(7, 5),
    resultRow(8, 99),
    resultRow(9, 1, { pnl: null }),
    resultRow(10, 1, { trades: 10, win_rate: 0.65, sharpe_ratio: 1.5, max_drawdown: 0.15 }),
  ],
};

describe('import of units and results', () => {
  it('imports everything sound, and names what is not', async () => {
    const { stores, units } = target();
    const report = await units(await opened(YEARS));
    expect(report).toEqual({
      units: { found: 6, imported: 4, known: 0, queued: 2 },
      results: { found: 10, imported: 6, known: 0 },
      lost: [
        { table: 'work_units', id: '5', reason: 'strategy_params is not JSON of an object' },
        {
          table: 'work_units',
          id: '6',
          reason: 'strategy_params.population_size has a value that no worker can compute with',
        },
        { table: 'results', id: '6', reason: 'strategy_genome is not JSON of an object' },
        { table: 'results', id: '7', reason: 'work unit 5 is not among the imported ones' },
        { table: 'results', id: '8', reason: 'work unit 99 is not among the imported ones' },
        { table: 'results', id: '9', reason: 'pnl is not a number' },
      ],
    });
    const [first, second, third, fourth] = await stores.units.list({ limit: 10 });
    expect(first).toMatchObject({ state: 'completed', imported: { id: 1, results: 3 }, createdAt: 1_770_000_001_000 });
    expect(await stores.results.get(first!.canonical!)).toMatchObject({ pnl: 102, verdict: 'imported', sound: true });
    expect(second).toMatchObject({ state: 'pending', wanted: 1, imported: { id: 2, results: 1 } });
    expect(third).toMatchObject({ state: 'pending', wanted: 2 });
    // All its results had arrived: nobody had polled its status.
    expect(fourth).toMatchObject({ state: 'completed', canonical: null });
    expect((await stores.results.ofUnit(first!.id)).map(({ verdict }) => verdict)).toEqual([
      'imported',
      'imported',
      'constants',
    ]);
  });

  it('changes nothing the second time, and adds only what is new the third time', async () => {
    const { stores, units } = target();
    await units(await opened(YEARS));
    const before = [await stores.units.list({ limit: 100 }), await stores.results.newest(100)];
    const again = await units(await opened(YEARS));
    expect(again).toMatchObject({
      units: { imported: 0, known: 4, queued: 0 },
      results: { imported: 0, known: 6 },
    });
    expect([await stores.units.list({ limit: 100 }), await stores.results.newest(100)]).toEqual(before);
    const grown = { work_units: [...YEARS.work_units!, unitRow(7)], results: [...YEARS.results!, resultRow(11, 1)] };
    expect(await units(await opened(grown))).toMatchObject({
      units: { imported: 1, known: 4, queued: 1 },
      results: { imported: 1, known: 6 },
    });
  });

  it('completes an import that ended between units and results', async () => {
    const { stores, clock, units } = target();
    const broken = { ...stores, results: { ...stores.results, add: () => Promise.reject(new Error('gone')) } };
    const interrupted = importDatabase(await opened(YEARS), { stores: broken, clock, onProgress: () => undefined });
    await expect(interrupted).rejects.toThrow('gone');
    expect(await units(await opened(YEARS))).toMatchObject({ units: { imported: 0 }, results: { imported: 6 } });
    const [first] = await stores.units.list({ limit: 1 });
    expect(await stores.results.get(first!.canonical!)).toMatchObject({ pnl: 102, unitId: first!.id });
  });

  it('queues a unit again whose results cannot be read', async () => {
    const { stores, units } = target();
    const results = [resultRow(1, 1, { pnl: null }), resultRow(2, 1, { strategy_genome: '{' })];
    expect(await units(await opened({ work_units: [unitRow(1)], results }))).toMatchObject({ units: { queued: 1 } });
    expect((await stores.units.list({ limit: 1 }))[0]).toMatchObject({ state: 'pending', wanted: 2 });
  });

  it('names no canonical result that cannot be read', async () => {
    const { stores, units } = target();
    const broken = {
      work_units: [unitRow(1, { status: 'completed', canonical_result_id: 1 })],
      results: [resultRow(1, 1, { pnl: null })],
    };
    expect((await units(await opened(broken))).lost).toHaveLength(1);
    expect((await stores.units.list({ limit: 1 }))[0]).toMatchObject({ state: 'completed', canonical: null });
  });

  it('imports a database from before its migrations', async () => {
    const { stores, units, elites, strategies } = target();
    const database = await opened(
      {
        work_units: [unitRow(1, { status: 'completed', created_at: 2_461_082.5 })],
        results: [oldResultRow(1, 1, { submitted_at: '2026-02-10 12:00:00', is_canonical: 1 })],
      },
      { isMigrated: false },
    );
    expect(await units(database)).toMatchObject({ units: { imported: 1 }, results: { imported: 1 }, lost: [] });
    const [unit] = await stores.units.list({ limit: 1 });
    expect(new Date(unit!.createdAt).toISOString()).toBe('2026-02-11T00:00:00.000Z');
    const [result] = await stores.results.ofUnit(unit!.id);
    expect(new Date(result!.submittedAt).toISOString()).toBe('2026-02-10T12:00:00.000Z');
    expect(unit!.canonical).toBe(result!.id);
    expect(await elites(database)).toEqual({ genomes: { found: 0, imported: 0, known: 0 }, lost: [] });
    expect(strategies).toEqual([]);
  });

  it('leases the open replicas to workers, and leaves their old results alone when one is quarantined', async () => {
    const { stores, clock, units } = target();
    await units(await opened(YEARS));
    const test = openFleet({ stores, clock });
    const worker = 'studio.local_Darwin_W1';
    const work = await test.ask(worker);
    const [, second] = await stores.units.list({ limit: 10 });
    expect(work).toMatchObject({ unitId: second!.id, params: SPOT });
    await test.report(worker, work!.unitId, ROOT_REPORT);
    expect((await stores.units.get(second!.id))?.state).toBe('completed');
    await test.fleet.quarantineWorker(worker, 'test');
    const states = (await stores.units.list({ limit: 10 })).map(({ state }) => state);
    expect(states).toEqual(['completed', 'pending', 'pending', 'completed']);
    expect(await stores.results.toVerify({ share: 0.99, limit: 100 })).toEqual([]);
  });
});

describe('import of élite genomes', () => {
  it('makes candidates with an estimate of the trials among which they were chosen', async () => {
    const { strategies, elites } = target();
    const database = await opened({
      ...YEARS,
      elite_genomes: [
        eliteRow(1, { pnl: -5 }),
        eliteRow(2),
        eliteRow(3, { genome_json: '{' }),
        eliteRow(4, { data_file: 'unknown.csv' }),
        eliteRow(5, { data_file: 'data_futures/BIP-20DEC30-CDE_ONE_MINUTE.csv' }),
        eliteRow(1_000, { genome_json: eliteRow(2)['genome_json']! }),
      ],
    });
    expect(await elites(database)).toEqual({
      genomes: { found: 6, imported: 3, known: 1 },
      lost: [
        { table: 'elite_genomes', id: '3', reason: expect.stringContaining('is not JSON') as string },
        { table: 'elite_genomes', id: '4', reason: "data_file 'unknown.csv' names no market and timeframe" },
      ],
    });
    // Eight of the ten results are of a unit that is there and can be read.
    expect(strategies[0]).toMatchObject({
      state: 'candidate',
      origin: 'remote',
      symbol: 'BTC-USD',
      timeframe: '5m',
      searched: { trials: 8 * 100 * 80, isEstimate: true },
    });
    expect(strategies[2]).toMatchObject({ symbol: 'BIP-20DEC30-CDE', timeframe: '1m' });
    expect(await elites(database)).toMatchObject({ genomes: { imported: 0, known: 4 } });
  });
});

describe('files that are no database of the Python coordinator', () => {
  it.each([
    ['text', Buffer.from('id,pnl\n1,2\n'), 'is not an SQLite database'],
    ['an empty file', Buffer.alloc(0), 'is not an SQLite database'],
    ['a damaged file', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 7)]), 'cannot be read'],
  ])('refuses %s', async (_, bytes, message) => {
    const path = temporaryFile(bytes);
    await expect(openPythonDatabase(path)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a file that is missing, and one whose last changes are in a log beside it', async () => {
    await expect(openPythonDatabase('/nowhere/coordinator.db')).rejects.toMatchObject({ code: 'bad-input' });
    const path = temporaryFile(await pythonDatabase(YEARS));
    writeFileSync(`${path}-wal`, 'changes');
    await expect(openPythonDatabase(path)).rejects.toMatchObject({
      message: expect.stringContaining('holds changes that are not in the file yet') as string,
    });
    writeFileSync(`${path}-wal`, '');
    const database = await openPythonDatabase(path);
    expect(database.count('work_units')).toBe(6);
    database.close();
  });
});
