import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFileRecord, recordCopy, recordFindings } from '../../src/domain/fleet/file-record.ts';
import { leaseTo } from '../../src/domain/fleet/lease-unit.ts';
import { readReport } from '../../src/domain/fleet/reported-fields.ts';
import { newUnit, type Unit } from '../../src/domain/fleet/unit.ts';
import { newWorker } from '../../src/domain/fleet/worker.ts';
import { type FleetOrphan, type FleetResult, type FleetUnit } from '../../src/ports/fleet/records.ts';
import { type FleetStores } from '../../src/ports/fleet/stores.ts';
import { asker, ROOT_REPORT, RULES, T0 } from '../unit/fleet/fleet-fixture.ts';
import { together } from './stores/samples.ts';

export interface OpenFleetStores {
  readonly stores: FleetStores;
  /** Closes what is open and opens the same data again, as a restart does. */
  reopen(): Promise<FleetStores>;
  /** Closes everything and removes the data. */
  close(): Promise<void>;
}

export function fleetUnit(id: number, change: Partial<FleetUnit> = {}): FleetUnit {
  return {
    ...newUnit({ id, kind: 'genetic', deterministic: false, replicas: 2, priority: 5, createdAt: T0 }),
    key: `#${id}`,
    requestHash: `hash of ${id}`,
    params: { data_file: 'BTC-USD_FIVE_MINUTE.csv', 'odd.key': { $set: [1, null] } },
    inStep: true,
    version: 1,
    ...change,
  };
}

export function fleetResult(id: number, change: Partial<FleetResult> = {}): FleetResult {
  return {
    ...readReport(ROOT_REPORT).fields,
    key: `result ${id}`,
    id,
    unitId: 1,
    workerId: 'a_Linux_W1',
    replica: 1,
    submittedAt: T0 + id,
    verdict: 'accepted',
    reason: '',
    digest: '',
    sound: true,
    generation: 'root',
    specResults: null,
    tallied: false,
    hasGenome: true,
    lot: 0.5,
    verification: 'unverified',
    verifiedAt: null,
    verificationNote: '',
    ...change,
  };
}

const orphan = (key: string, submittedAt = T0): FleetOrphan => ({
  key,
  workId: '99',
  workerId: 'a_Linux_W1',
  why: 'unknown-unit',
  report: { pnl: 1, 'odd.key': null },
  submittedAt,
});

const ids = (rows: readonly { readonly id: number }[]): readonly number[] => rows.map(({ id }) => id);

/** What every implementation of the coordinator's store ports must do. Starts from empty stores. */
export function fleetStoresContract(name: string, open: () => Promise<OpenFleetStores>): void {
  describe(`${name}: fleet stores`, () => {
    let opened: OpenFleetStores;
    let stores: FleetStores;
    beforeAll(async () => {
      opened = await open();
      stores = opened.stores;
    });
    afterAll(() => opened?.close());

    it('counters return each number once, starting at 1, under concurrent calls', async () => {
      const { counters } = stores;
      const firsts = await together(30, (i) => counters.take('results', (i % 3) + 1));
      const numbers = firsts.flatMap((first, i) => Array.from({ length: (i % 3) + 1 }, (_, k) => first + k));
      expect([...numbers].sort((a, b) => a - b)).toEqual(numbers.map((_, i) => i + 1));
      expect(await counters.take('units', 1)).toBe(1);
    });

    describe('units', () => {
      it('are stored once by id and by key, and are read back unchanged', async () => {
        const { units } = stores;
        const [one, two] = [fleetUnit(1, { key: 'client/one' }), fleetUnit(2)];
        expect(await units.add([one, two])).toBe(2);
        expect(await units.add([fleetUnit(3, { key: 'client/one' }), fleetUnit(4)])).toBe(1);
        expect(await units.add([fleetUnit(5, { key: 'both' }), fleetUnit(6, { key: 'both' })])).toBe(1);
        expect(ids(await units.byKeys(['both']))).toEqual([5]);
        expect(await units.get(1)).toStrictEqual(one);
        expect(await units.get(3)).toBeNull();
        expect(ids(await units.byKeys(['#4', 'client/one', 'none']))).toEqual([1, 4]);
        expect(ids(await units.getMany([4, 3, 1]))).toEqual([4, 1]);
      });

      it('are changed by compare-and-set: one of many concurrent writers succeeds', async () => {
        const { units } = stores;
        await units.add([fleetUnit(10)]);
        const next = leaseTo(fleetUnit(10), asker('a_Linux_W1'), RULES, T0);
        const saved = await together(20, () => units.save(next, 1));
        expect(saved.filter(Boolean)).toHaveLength(1);
        expect(await units.get(10)).toStrictEqual({ ...next, version: 2 });
        expect(await units.save(next, 1)).toBe(false);
        expect(await units.save(fleetUnit(404), 1)).toBe(false);
      });

      it('keep their parameters, whatever is saved', async () => {
        const { units } = stores;
        const made = fleetUnit(11);
        await units.add([made]);
        const other: FleetUnit = {
          ...made,
          turn: 9,
          params: { other: 1 },
          key: 'other',
          requestHash: 'other',
          priority: 9,
        };
        expect(await units.save(other, 1)).toBe(true);
        expect(await units.get(11)).toStrictEqual({ ...made, turn: 9, version: 2 });
      });

      it('are queued by priority, turn and id, only those with free replicas, without parameters', async () => {
        const { units } = stores;
        const line = [
          fleetUnit(20, { turn: T0 + 5 }),
          fleetUnit(21, { turn: T0 + 4 }),
          fleetUnit(22, { turn: T0 + 4 }),
          fleetUnit(23, { turn: T0 + 9, priority: 7 }),
          fleetUnit(24, { state: 'cancelled', priority: 9 }),
          fleetUnit(25, { ...full(25), priority: 9 }),
        ];
        await units.add(line);
        const found = (await units.inLine(100)).filter(({ id }) => id >= 20 && id < 30);
        expect(ids(found)).toEqual([23, 21, 22, 20]);
        const { params: _, key: __, requestHash: ___, ...expected } = line[3]!;
        expect(found[0]).toStrictEqual(expected);
        expect(ids(await units.inLine(1))).toEqual([23]);
        await units.save({ ...line[3]!, ...full(23) }, 1);
        expect(ids(await units.inLine(100))).not.toContain(23);
      });

      it('with an expired lease are found, the oldest first; ended units are not', async () => {
        const { units } = stores;
        const expiring = (id: number, expiresAt: number, change: Partial<FleetUnit> = {}): FleetUnit => {
          const [lease, ...others] = full(id).leases;
          return fleetUnit(id, { ...full(id), leases: [{ ...lease!, expiresAt }, ...others], ...change });
        };
        const past = T0 - 100_000;
        await units.add([
          expiring(30, past + 2),
          expiring(31, past + 1),
          expiring(32, past + 3),
          expiring(33, past, { state: 'completed' }),
        ]);
        expect(await units.overdue(past + 2, 10)).toEqual([31, 30]);
        expect(await units.overdue(past + 2, 1)).toEqual([31]);
        expect(await units.overdue(past, 10)).toEqual([]);
      });

      it('are found by a worker that has a lease, and by a completed unit of their file', async () => {
        const { units } = stores;
        await units.add([
          fleetUnit(60, leaseTo(fleetUnit(60), asker('holder'), RULES, T0)),
          fleetUnit(61, {
            ...leaseTo(fleetUnit(61), asker('holder'), RULES, T0),
            state: 'completed',
            file: 'done.csv',
          }),
          fleetUnit(62, { ...leaseTo(fleetUnit(62), asker('other'), RULES, T0), file: 'open.csv' }),
        ]);
        expect(await units.leasedTo('holder')).toEqual([60]);
        expect(await units.leasedTo('nobody')).toEqual([]);
        expect(await units.hasCompleted('done.csv')).toBe(true);
        expect(await units.hasCompleted('open.csv')).toBe(false);
        expect(await units.hasCompleted('other.csv')).toBe(false);
      });

      it('that are not reconciled are found until they are', async () => {
        const { units } = stores;
        await units.add([fleetUnit(40, { inStep: false }), fleetUnit(41, { inStep: false })]);
        expect(await units.outOfStep(10)).toEqual([40, 41]);
        expect(await units.outOfStep(1)).toEqual([40]);
        await units.save({ ...fleetUnit(40), inStep: true }, 1);
        expect(await units.outOfStep(10)).toEqual([41]);
      });

      it('are listed by id, by state and after an id, and counted by state', async () => {
        const { units } = stores;
        const before = await units.counts();
        await units.add([
          fleetUnit(101, { state: 'failed', reason: 'why', endedAt: T0 }),
          fleetUnit(100, { state: 'failed', reason: 'why', endedAt: T0 }),
          fleetUnit(1000, { state: 'failed', reason: 'why', endedAt: T0 }),
          fleetUnit(99),
        ]);
        expect(ids(await units.list({ state: 'failed', limit: 10 }))).toEqual([100, 101, 1000]);
        expect(ids(await units.list({ state: 'failed', after: 100, limit: 1 }))).toEqual([101]);
        expect(ids(await units.list({ after: 98, limit: 10 }))).toEqual([99, 100, 101, 1000]);
        expect(ids(await units.newest({ limit: 2 }))).toEqual([1000, 101]);
        expect(ids(await units.newest({ state: 'failed', limit: 2 }))).toEqual([1000, 101]);
        const after = await units.counts();
        expect(after.failed - before.failed).toBe(3);
        expect(after.pending - before.pending).toBe(1);
      });
    });

    it('files are added once, and changed by compare-and-set', async () => {
      const { files } = stores;
      const observation = { workerId: 'a_Linux_W1', host: 'a', finding: 'agrees', isWhole: true } as const;
      const record = recordFindings(recordCopy(newFileRecord('data/F.csv'), 'hash'), [observation]);
      const added = await together(10, () => files.save(record, 0));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await files.list()).toStrictEqual([{ ...record, version: 1 }]);
      const next = recordFindings(record, [{ ...observation, finding: 'disagrees' }]);
      const saved = await together(10, () => files.save(next, 1));
      expect(saved.filter(Boolean)).toHaveLength(1);
      expect(await files.save(next, 1)).toBe(false);
      expect(await files.save(newFileRecord('E.csv'), 0)).toBe(true);
      expect(await files.list()).toStrictEqual([
        { ...newFileRecord('E.csv'), version: 1 },
        { ...next, version: 2 },
      ]);
    });

    describe('results', () => {
      it('are stored once by key; the first one wins', async () => {
        const { results } = stores;
        const first = fleetResult(1, { strategy_genome: null, specResults: [{ 'a.b': 1 }], hasGenome: false });
        const stored = await together(10, (i) => results.add({ ...first, id: i === 0 ? 1 : 500 + i }));
        expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
        const { id } = stored[0]!;
        const { key, tallied } = first;
        expect(await results.toCount(['none', key])).toMatchObject([{ key, tallied }]);
        expect(await results.get(id)).toStrictEqual({ ...first, id });
        expect(await results.get(99_999)).toBeNull();
      });

      it('get the verdict of their unit', async () => {
        const { results } = stores;
        await results.add(fleetResult(2, { unitId: 7 }));
        await results.setVerdict('result 2', { verdict: 'disagrees', replica: 3 });
        await results.setVerdict('none', { verdict: 'disagrees', replica: 3 });
        expect(await results.ofUnit(7)).toStrictEqual([
          fleetResult(2, { unitId: 7, verdict: 'disagrees', replica: 3 }),
        ]);
      });

      it('are found by unit, by age, and by worker', async () => {
        const { results } = stores;
        await results.add(fleetResult(12, { unitId: 11, workerId: 'finder', submittedAt: T0 + 1_000_012 }));
        await results.add(fleetResult(11, { unitId: 11, workerId: 'finder', submittedAt: T0 + 1_000_011 }));
        await results.add(fleetResult(13, { unitId: 12, workerId: 'finder', verdict: 'disagrees' }));
        await results.add(fleetResult(14, { unitId: 13, workerId: 'finder', verdict: 'invalid' }));
        expect(ids(await results.ofUnit(11))).toEqual([11, 12]);
        expect(ids(await results.newest(2))).toEqual([12, 11]);
        expect([...(await results.unitsWith('finder', ['accepted', 'disagrees']))].sort()).toEqual([11, 12]);
        expect(await results.unitsWith('nobody', ['accepted'])).toEqual([]);
      });

      it('not counted in worker statistics are found when they are old enough', async () => {
        const { results } = stores;
        const past = T0 - 1_000_000;
        await results.add(fleetResult(21, { submittedAt: past + 1 }));
        await results.add(fleetResult(22, { submittedAt: past }));
        await results.add(fleetResult(23, { submittedAt: past + 2 }));
        expect(ids(await results.untallied(past + 2, 10))).toEqual([22, 21]);
        expect(ids(await results.untallied(past + 2, 1))).toEqual([22]);
        await results.markTallied(['none', 'result 22']);
        await results.markTallied([]);
        expect(ids(await results.untallied(past + 2, 10))).toEqual([21]);
      });

      it('are ranked by out-of-sample profit, within bounds', async () => {
        const { results } = stores;
        const rank = { sound: true, limit: 10 } as const;
        await results.add(fleetResult(31, { oos_pnl: 901, pnl: 10, sharpe_ratio: 1 }));
        await results.add(fleetResult(32, { oos_pnl: 903, is_overfitted: true, trades: 7 }));
        await results.add(fleetResult(33, { oos_pnl: 902, win_rate: 0, max_drawdown: 0.6 }));
        await results.add(fleetResult(34, { sound: false, oos_pnl: 904 }));
        const best = async (filter: object): Promise<readonly number[]> =>
          ids(await results.best({ ...rank, minOosPnl: 900, ...filter }));
        expect(await best({})).toEqual([32, 33, 31]);
        expect(await best({ limit: 1 })).toEqual([32]);
        expect(await best({ overfitted: false })).toEqual([33, 31]);
        expect(await best({ minPnl: 11 })).toEqual([32, 33]);
        expect(await best({ maxPnl: 10 })).toEqual([31]);
        expect(await best({ minSharpe: 1.5 })).toEqual([32, 33]);
        expect(await best({ minTrades: 8 })).toEqual([33, 31]);
        expect(await best({ maxDrawdown: 0.5 })).toEqual([32, 31]);
        expect(await best({ minRobustness: 101 })).toEqual([]);
        expect(await best({ winRates: [0.1, 0.2] })).toEqual([33]);
        expect(await best({ verdicts: ['invalid'] })).toEqual([]);
        expect(await best({ verdicts: ['invalid', 'accepted'] })).toEqual([32, 33, 31]);
      });

      it('to verify are accepted, have a genome, and have a sample key below the share', async () => {
        const { results } = stores;
        const of = (id: number, change: Partial<FleetResult>): FleetResult =>
          fleetResult(id, { unitId: 50, ...change });
        await results.add(of(41, { lot: 0.05 }));
        await results.add(of(42, { lot: 0.95 }));
        await results.add(of(43, { lot: 0.05, verdict: 'untrusted' }));
        await results.add(of(44, { lot: 0.05, strategy_genome: null, hasGenome: false }));
        const toVerify = async (share: number): Promise<readonly number[]> =>
          ids(await results.toVerify({ share, unitIds: [50], limit: 10 }));
        expect(await toVerify(0.1)).toEqual([41]);
        expect(await toVerify(1)).toEqual([41, 42]);
        expect(await toVerify(0)).toEqual([]);
        expect(ids(await results.toVerify({ share: 0.06, limit: 100 }))).toEqual([41]);
        const outcome = { verification: 'disagrees', note: 'pnl 1, computed 2', at: T0 } as const;
        const set = await together(5, () => results.setVerification(41, outcome));
        expect(set.filter(Boolean)).toHaveLength(1);
        expect(await results.setVerification(41, { ...outcome, verification: 'verified' })).toBe(false);
        expect(await results.setVerification(40_404, outcome)).toBe(false);
        expect(await results.get(41)).toMatchObject({
          verification: 'disagrees',
          verificationNote: 'pnl 1, computed 2',
          verifiedAt: T0,
        });
        expect(await toVerify(1)).toEqual([42]);
      });

      it('are counted by verdict', async () => {
        const { results } = stores;
        const before = await results.counts();
        await results.add(fleetResult(51, { verdict: 'late' }));
        const after = await results.counts();
        expect(after).toEqual({ ...before, late: before.late + 1 });
      });
    });

    it('orphans are kept once by key, newest first', async () => {
      const { orphans } = stores;
      const added = await together(5, () => orphans.add(orphan('one')));
      expect(added.filter(Boolean)).toHaveLength(1);
      await orphans.add(orphan('two', T0 + 2));
      await orphans.add(orphan('three', T0 + 1));
      expect((await orphans.list(2)).map(({ key }) => key)).toEqual(['two', 'three']);
      expect((await orphans.list(10)).at(-1)).toStrictEqual(orphan('one'));
    });

    it('workers are added once and changed by compare-and-set', async () => {
      const { workers } = stores;
      const fresh = newWorker('a.local_Linux_W1', T0);
      const added = await together(5, (i) => workers.add({ ...fresh, firstSeen: T0 + i }));
      expect(new Set(added.map(({ firstSeen }) => firstSeen)).size).toBe(1);
      const row = added[0]!;
      const saved = await together(10, (i) => workers.save({ ...row, completed: i + 1 }, row.version));
      expect(saved.filter(Boolean)).toHaveLength(1);
      const stored = await workers.get(row.id);
      expect(stored?.version).toBe(row.version + 1);
      expect(await workers.save(row, row.version)).toBe(false);
      expect(await workers.save(newWorker('nobody', T0), 0)).toBe(false);
      expect(await workers.get('nobody')).toBeNull();
      const out = { ...newWorker('b_Linux_W1', T0), quarantine: 'why', quarantinedAt: T0, suspectOver: [1, 2] };
      await workers.add(out);
      expect(await workers.toWithdraw()).toStrictEqual([out]);
      await workers.save({ ...out, withdrawn: true }, 0);
      expect(await workers.toWithdraw()).toEqual([]);
      expect((await workers.list()).map(({ id }) => id)).toEqual(['a.local_Linux_W1', 'b_Linux_W1']);
    });

    it('limits are by host name, case-insensitive', async () => {
      const { controls } = stores;
      await controls.setLimit({ hostname: 'Studio', maxWorkers: 3 });
      await controls.setLimit({ hostname: 'studio', maxWorkers: 2 });
      await controls.setLimit({ hostname: 'box', maxWorkers: 0 });
      expect(await controls.limits()).toStrictEqual([
        { hostname: 'box', maxWorkers: 0 },
        { hostname: 'studio', maxWorkers: 2 },
      ]);
      expect(await controls.removeLimit('STUDIO')).toBe(true);
      expect(await controls.removeLimit('studio')).toBe(false);
    });

    it('a shutdown command is delivered once to one worker, and can be given again', async () => {
      const { controls } = stores;
      const order = { workerId: 'a_Linux_W1', orderedAt: T0 };
      await controls.orderShutdown([order, { ...order, workerId: 'b_Linux_W1' }]);
      await controls.orderShutdown([order]);
      expect(await controls.shutdowns()).toEqual(['a_Linux_W1', 'b_Linux_W1']);
      const told = await together(10, () => controls.takeShutdown('a_Linux_W1'));
      expect(told.filter(Boolean)).toHaveLength(1);
      expect(await controls.shutdowns()).toEqual(['b_Linux_W1']);
      expect(await controls.takeShutdown('nobody')).toBe(false);
      await controls.orderShutdown([order]);
      expect(await controls.takeShutdown('a_Linux_W1')).toBe(true);
    });

    it('all data is there after a restart, and every constraint still holds', async () => {
      await stores.units.add([fleetUnit(9_000, { key: 'kept' })]);
      await stores.results.add(fleetResult(9_000));
      const taken = await stores.counters.take('units', 5);
      stores = await opened.reopen();
      expect(await stores.units.get(9_000)).toStrictEqual(fleetUnit(9_000, { key: 'kept' }));
      expect(await stores.units.add([fleetUnit(9_001, { key: 'kept' })])).toBe(0);
      expect((await stores.results.add({ ...fleetResult(9_000), id: 9_001 })).id).toBe(9_000);
      expect(await stores.counters.take('units', 1)).toBe(taken + 5);
      expect(await stores.controls.shutdowns()).toEqual(['b_Linux_W1']);
    });
  });
}

/** Both replicas are leased. */
function full(id: number): Unit {
  return ['a_Linux_W1', 'b_Linux_W1'].reduce<Unit>(
    (unit, worker) => leaseTo(unit, asker(worker), RULES, T0),
    fleetUnit(id),
  );
}
