import { describe, expect, it } from 'vitest';
import { votesOf } from '../../../src/domain/fleet/unit.ts';
import { together } from '../../contract/stores/samples.ts';
import { fleetViolations } from '../../fixtures/fleet/violations.ts';
import { openFleet, search, single, type TestFleet } from '../../fixtures/fleet/open-fleet.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';
import { MINUTE, NO_NUMBA_REPORT, ROOT_REPORT, RULES, V3_REPORT, V5_REPORT } from '../fleet/fleet-fixture.ts';
import { manualClock } from '../processors/agent/agent-fixture.ts';

const worker = (i: number): string => `host${i}_Linux_W1`;
const [A, B, C] = [worker(1), worker(2), worker(3)];
const many = (count: number, change: object = {}) => Array.from({ length: count }, () => search(change));

/** Waits for pending work, then sweeps. */
async function rest({ fleet, clock }: TestFleet): Promise<void> {
  await fleet.flush();
  clock.pass(MINUTE);
  await fleet.sweep();
}

describe('assigning units', () => {
  it('assigns the oldest first, each replica of a unit to another worker', async () => {
    const { fleet, ask } = openFleet();
    await fleet.createUnits(many(2));
    const given = [];
    for (let i = 1; i <= 5; i += 1) given.push(await ask(worker(i)));
    expect(given.map((work) => work && [work.unitId, work.replica])).toEqual([[1, 1], [1, 2], [2, 1], [2, 2], null]);
    expect(given[0]).toMatchObject({ params: search().params, replicasNeeded: 2 });
  });

  it('assigns a higher priority first', async () => {
    const { fleet, ask } = openFleet();
    await fleet.createUnits([search(), search({ priority: 9 }), search({ priority: 1 })]);
    expect([await ask(A), await ask(A), await ask(A)].map((work) => work?.unitId)).toEqual([2, 1, 3]);
  });

  it('assigns each replica once under concurrent requests', async () => {
    const { fleet, stores, ask } = openFleet();
    await fleet.createUnits(many(30));
    const given = await together(80, (i) => ask(worker(i)));
    const leases = given.flatMap((work) => (work ? [`${work.unitId}/${work.replica}`] : []));
    expect(leases).toHaveLength(60);
    expect(new Set(leases).size).toBe(60);
    expect((await stores.units.list({ limit: 100 })).every(({ leases: own }) => own.length === 2)).toBe(true);
  });

  it('gives two concurrent requests the two replicas of the only unit', async () => {
    const { fleet, ask } = openFleet();
    await fleet.createUnits([search()]);
    const given = await Promise.all([ask(A), ask(B), ask(A)]);
    expect(given.flatMap((work) => work?.replica ?? []).sort()).toEqual([1, 2]);
  });

  it('one worker gets through a queue much longer than the cache', async () => {
    const { fleet, clock, ask } = openFleet();
    await fleet.createUnits(many(2_500));
    for (let i = 1; i <= 2_500; i += 1) {
      expect((await ask(A))?.unitId).toBe(i);
      clock.pass(1);
    }
    // All that is left are the units that it gave up. It gets them again, but not at once.
    expect((await ask(B))?.unitId).toBe(2_500);
    clock.pass(2 * MINUTE);
    expect((await ask(A))?.unitId).toBe(1);
  });

  it('two coordinators over one store assign nothing twice', async () => {
    const stores = createMemoryFleetStores();
    const clock = manualClock();
    const both = [openFleet({ stores, clock }), openFleet({ stores, clock })];
    await both[0]!.fleet.createUnits(many(40));
    const given = await together(100, (i) => both[i % 2]!.ask(worker(i)));
    const leases = given.flatMap((work) => (work ? [`${work.unitId}/${work.replica}`] : []));
    expect(new Set(leases).size).toBe(leases.length);
    // Nothing is left over either: a worker without a unit asks again.
    clock.pass(2_000);
    for (let i = 100; leases.length < 80 && i < 200; i += 1) {
      const work = await both[i % 2]!.ask(worker(i));
      if (work) leases.push(`${work.unitId}/${work.replica}`);
    }
    expect(new Set(leases).size).toBe(80);
    expect((await stores.units.counts()).in_progress).toBe(40);
  });

  it('a unit of another coordinator is visible within two seconds', async () => {
    const stores = createMemoryFleetStores();
    const clock = manualClock();
    const [mine, other] = [openFleet({ stores, clock }), openFleet({ stores, clock })];
    expect(await mine.ask(A)).toBeNull();
    await other.fleet.createUnits([search()]);
    clock.pass(1_500);
    expect((await mine.ask(A))?.unitId).toBe(1);
  });

  it('a more urgent unit of another coordinator is assigned first within some seconds', async () => {
    const stores = createMemoryFleetStores();
    const clock = manualClock();
    const [mine, other] = [openFleet({ stores, clock }), openFleet({ stores, clock })];
    await mine.fleet.createUnits(many(20));
    await mine.ask(A);
    await other.fleet.createUnits([search({ priority: 9 })]);
    clock.pass(5_001);
    await mine.ask(A);
    expect((await mine.ask(A))?.unitId).toBe(21);
  });

  it('single genomes are not assigned to workers that crash on them; specs only to workers that accept them', async () => {
    const { fleet, ask, report } = openFleet();
    await fleet.createUnits([search(), single(), search({ kind: 'specs', params: { specs: [] } })]);
    expect((await ask(A))?.unitId).toBe(1);
    await report(A, 1, V5_REPORT);
    expect(await ask(A)).toBeNull();
    expect((await ask(A, true))?.unitId).toBe(3);
    for (const unitId of [1, 2]) {
      expect((await ask(B))?.unitId).toBe(unitId);
      await report(B, unitId, ROOT_REPORT);
    }
    expect(await ask(B)).toBeNull();
  });
});

describe('creating units', () => {
  it('the same key and request is the same unit; another request is a conflict', async () => {
    const { fleet, stores } = openFleet();
    const first = await fleet.createUnits([search({ key: 'k' }), search({ key: 'l' }), search({ key: 'k' })]);
    expect(first).toEqual([
      { kind: 'created', id: 1 },
      { kind: 'created', id: 2 },
      { kind: 'known', id: 1 },
    ]);
    const again = await fleet.createUnits([search({ key: 'l' }), search({ key: 'k', replicas: 3 }), search()]);
    expect(again).toEqual([
      { kind: 'known', id: 2 },
      { kind: 'conflict', id: 1, key: 'k' },
      { kind: 'created', id: 6 },
    ]);
    expect((await stores.units.list({ limit: 10 })).map(({ id }) => id)).toEqual([1, 2, 6]);
  });

  it('a concurrently requested unit is created once', async () => {
    const { fleet } = openFleet();
    const made = (await together(20, () => fleet.createUnits([search({ key: 'k' })]))).flat();
    expect(made.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });
});

describe('reports', () => {
  it('complete a unit; repeated reports count once, also concurrent ones', async () => {
    const test = openFleet();
    const { fleet, stores, ask, report } = test;
    await fleet.createUnits([search()]);
    await ask(A);
    await ask(B);
    await together(20, () => report(A, 1, ROOT_REPORT));
    expect(await stores.units.get(1)).toMatchObject({ state: 'in_progress' });
    await report(B, 1, { ...ROOT_REPORT, pnl: 130 });
    await report(B, 1, { ...ROOT_REPORT, pnl: 130 });
    await report(B, 1, { ...ROOT_REPORT, pnl: 140 });
    await rest(test);
    const unit = (await stores.units.get(1))!;
    expect(unit).toMatchObject({ state: 'completed' });
    expect(votesOf(unit)).toHaveLength(2);
    const rows = await stores.results.ofUnit(1);
    expect(rows.map(({ workerId, verdict }) => [workerId, verdict])).toEqual([
      [A, 'accepted'],
      [B, 'accepted'],
      [B, 'duplicate'],
    ]);
    expect(unit.canonical).toBe(rows[1]!.id);
    expect(await stores.workers.get(A)).toMatchObject({ completed: 1, surplus: 0, executionSeconds: 14.2 });
    expect(await stores.workers.get(B)).toMatchObject({ completed: 1, surplus: 1 });
    expect(await fleetViolations(stores)).toEqual([]);
  });

  it('on an unknown unit, or one never assigned to the worker, are stored as orphans and do not count', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits([search()]);
    await ask(A);
    await report(B, 1, ROOT_REPORT);
    await report(B, 1, ROOT_REPORT);
    await report(A, 77, ROOT_REPORT);
    await fleet.submit({ unitId: null, workId: 'x', workerId: A, body: { pnl: 1 } });
    expect((await stores.orphans.list(10)).map(({ workId, why }) => [workId, why]).sort()).toEqual([
      ['1', 'never-assigned'],
      ['77', 'unknown-unit'],
      ['x', 'unknown-unit'],
    ]);
    expect(await stores.results.newest(10)).toEqual([]);
    expect(votesOf((await stores.units.get(1))!)).toEqual([]);
    await fleet.flush();
    expect(await stores.workers.get(B)).toBeNull();
  });

  it.each([
    ['constants', V3_REPORT],
    ['untrusted', V5_REPORT],
    ['untrusted', NO_NUMBA_REPORT],
    ['invalid', { ...ROOT_REPORT, pnl: null }],
  ])('that are %s are stored, and the replica goes to another worker', async (verdict, body) => {
    const test = openFleet();
    const { fleet, stores, ask, report } = test;
    await fleet.createUnits([search({ replicas: 1 })]);
    await ask(A);
    await report(A, 1, body);
    expect(await ask(A)).toBeNull();
    expect(await ask(B)).toMatchObject({ unitId: 1, replica: 1 });
    await report(B, 1, ROOT_REPORT);
    await rest(test);
    expect((await stores.results.ofUnit(1)).map((row) => row.verdict)).toEqual([verdict, 'accepted']);
    expect(await stores.workers.get(A)).toMatchObject({ completed: 0, refused: 1 });
    expect(await fleetViolations(stores)).toEqual([]);
  });

  it('a worker whose reports are always refused gets no units for an hour', async () => {
    const { fleet, clock, ask, report } = openFleet();
    await fleet.createUnits(many(10));
    for (let i = 1; i <= 3; i += 1) {
      const work = (await ask(A))!;
      await report(A, work.unitId, V3_REPORT);
    }
    expect(await ask(A)).toBeNull();
    clock.pass(61 * MINUTE);
    expect(await ask(A)).not.toBeNull();
  });

  it('after the lease expired count while the unit is open, and are late afterwards', async () => {
    const test = openFleet();
    const { fleet, stores, clock, ask, report } = test;
    await fleet.createUnits([search({ replicas: 1 })]);
    await ask(A);
    clock.pass(RULES.leaseMs);
    expect(await fleet.sweep()).toMatchObject({ expired: 1, failed: 0 });
    expect(await ask(B)).toMatchObject({ unitId: 1, replica: 1 });
    await report(A, 1, ROOT_REPORT);
    await report(B, 1, ROOT_REPORT);
    await rest(test);
    expect((await stores.results.ofUnit(1)).map(({ workerId, verdict }) => [workerId, verdict])).toEqual([
      [A, 'accepted'],
      [B, 'late'],
    ]);
    expect(await fleetViolations(stores)).toEqual([]);
  });

  it('of one genome that differ need a third worker; the outvoted worker stays suspect', async () => {
    const test = openFleet();
    const { fleet, stores, ask, report } = test;
    await fleet.createUnits([single()]);
    for (const id of [A, B]) await ask(id);
    await report(A, 1, ROOT_REPORT);
    await report(B, 1, { ...ROOT_REPORT, pnl: 1 });
    expect((await stores.workers.get(A))?.suspectOver).toEqual([1]);
    expect((await stores.workers.get(B))?.suspectOver).toEqual([1]);
    expect(await ask(C)).toMatchObject({ unitId: 1, replica: 3, replicasNeeded: 3 });
    await report(C, 1, { ...ROOT_REPORT, execution_time: 99 });
    await rest(test);
    expect((await stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual([
      'accepted',
      'disagrees',
      'accepted',
    ]);
    expect((await stores.workers.list()).map(({ id, suspectOver }) => [id, suspectOver])).toEqual([
      [A, []],
      [B, [1]],
      [C, []],
    ]);
    expect(await fleetViolations(stores)).toEqual([]);
  });
});

describe('silence', () => {
  it('ends with the lease; a unit without any report fails with a reason, and blocks nothing', async () => {
    const { fleet, stores, clock, ask } = openFleet();
    await fleet.createUnits(many(2, { replicas: 1 }));
    for (let i = 0; i < 20; i += 1) {
      await ask(A);
      clock.pass(RULES.leaseMs);
      await fleet.sweep();
    }
    const units = await stores.units.list({ limit: 10 });
    expect(units.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(units[0]!.reason).toBe(
      `5 leases ran out without a result: ${A} (5); its candle file is BTC-USD_FIVE_MINUTE.csv`,
    );
  });
});

describe('a worker that asks again', () => {
  it('has given up its lease: another worker gets the replica at once, and a late report still counts', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits(many(2, { replicas: 1 }));
    expect((await ask(A))?.unitId).toBe(1);
    expect((await ask(A))?.unitId).toBe(2);
    expect((await stores.units.get(1))?.leases).toMatchObject([{ state: 'abandoned', result: null }]);
    expect(await ask(B)).toMatchObject({ unitId: 1, replica: 1 });
    await report(A, 1, ROOT_REPORT);
    expect(await stores.units.get(1)).toMatchObject({ state: 'completed' });
    await report(A, 2, ROOT_REPORT);
    expect(await stores.units.get(2)).toMatchObject({ state: 'completed' });
  });

  it('also when the coordinator that leased the unit was replaced', async () => {
    const { stores, clock, fleet, ask } = openFleet();
    await fleet.createUnits(many(2, { replicas: 1 }));
    await ask(A);
    const next = openFleet({ stores, clock });
    expect((await next.ask(A))?.unitId).toBe(2);
    expect((await stores.units.get(1))?.leases).toMatchObject([{ state: 'abandoned' }]);
  });

  it('keeps a lease that it reported, and one whose report came between', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits(many(3, { replicas: 1 }));
    for (const unitId of [1, 2, 3]) {
      await ask(A);
      await report(A, unitId, ROOT_REPORT);
    }
    expect(await ask(A)).toBeNull();
    expect((await stores.units.counts()).completed).toBe(3);
  });

  it('two results of one search never count under one replica number, also after a new lease', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits([search(), search({ replicas: 1 })]);
    // A gives its replica up, and B gets it anew; then both report.
    for (const id of [A, A, B, C]) await ask(id);
    for (const id of [A, B]) await report(id, 1, ROOT_REPORT);
    const rows = await stores.results.ofUnit(1);
    expect(rows.map(({ workerId, verdict, replica }) => [workerId, verdict, replica])).toEqual([
      [A, 'accepted', 1],
      [B, 'accepted', 2],
    ]);
  });
});

describe('a missing candle file', () => {
  const on = (file: string) => search({ replicas: 2, params: { ...search().params, data_file: file } });

  it('fails a unit after each worker tried once, with the name of the file', async () => {
    const { fleet, stores, clock, ask, report } = openFleet();
    await fleet.createUnits([on('NONE.csv'), on('SOME.csv')]);
    let round = 0;
    while ((await stores.units.get(1))?.state !== 'failed' && round < 10) {
      for (const id of [A, B, C]) {
        const work = await ask(id);
        if (work?.params['data_file'] === 'SOME.csv') await report(id, work.unitId, ROOT_REPORT);
      }
      // Workers ask again half a minute later.
      clock.pass(MINUTE / 2);
      round += 1;
    }
    // Each had to take it and to come back, and two can have it at a time.
    expect(round).toBe(3);
    expect(await stores.units.get(1)).toMatchObject({
      state: 'failed',
      reason: `no worker has NONE.csv, as it seems: all gave the unit back without a result: ${A} (1), ${B} (1), ${C} (1)`,
    });
    expect((await stores.units.get(2))?.state).toBe('completed');
  });

  it('fails a unit of a lone worker at its second try, and not at its first: it may have been restarted', async () => {
    const { fleet, stores, clock, ask } = openFleet();
    await fleet.createUnits([on('NONE.csv')]);
    await ask(A);
    expect(await ask(A)).toBeNull();
    expect((await stores.units.get(1))?.state).toBe('pending');
    clock.pass(2 * MINUTE);
    expect((await ask(A))?.unitId).toBe(1);
    expect(await ask(A)).toBeNull();
    expect((await stores.units.get(1))?.reason).toContain('no worker has NONE.csv');
  });

  it('is not suspected when some unit of the file was completed', async () => {
    const { fleet, stores, clock, ask, report } = openFleet();
    await fleet.createUnits(many(2, { replicas: 1 }));
    await ask(A);
    await report(A, 1, ROOT_REPORT);
    for (let i = 0; i <= RULES.maxExpiries; i += 1) {
      expect((await ask(A))?.unitId).toBe(2);
      expect(await ask(A)).toBeNull();
      clock.pass(2 * MINUTE);
    }
    expect((await stores.units.get(2))?.reason).toBe(
      `6 leases ran out without a result: ${A} (6); its candle file is BTC-USD_FIVE_MINUTE.csv`,
    );
  });

  it('on most workers does not fail a unit before the one worker that has it', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits([on('RARE.csv')]);
    await ask(C);
    const lacking = Array.from({ length: 12 }, (_, i) => worker(10 + i));
    for (const id of lacking) await ask(id);
    for (const id of lacking) await ask(id);
    expect((await stores.units.get(1))?.state).toBe('in_progress');
    await report(C, 1, ROOT_REPORT);
    expect((await stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual(['accepted']);
  });
});

describe('quarantine', () => {
  it('withdraws the results of the worker once; it gets no units until it is released', async () => {
    const test = openFleet();
    const { fleet, stores, ask, report } = test;
    await fleet.createUnits(many(3));
    for (const id of [A, B]) {
      for (const unitId of [1, 2]) {
        await ask(id);
        await report(id, unitId, ROOT_REPORT);
      }
      await ask(id);
    }
    expect((await stores.units.counts()).completed).toBe(2);

    expect(await fleet.quarantineWorker(A, 'computes something else')).toBe(3);
    expect(await fleet.quarantineWorker(A, 'again')).toBe(0);
    expect(await stores.units.counts()).toMatchObject({ completed: 0, in_progress: 3 });
    expect((await stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual(['quarantined', 'accepted']);
    expect(await ask(A)).toBeNull();
    // Its running leases end, and their results do not count.
    await report(A, 3, ROOT_REPORT);
    expect((await stores.results.ofUnit(3)).map(({ verdict }) => verdict)).toEqual(['quarantined']);

    for (let i = 0; i < 3; i += 1) {
      const work = (await ask(C))!;
      await report(C, work.unitId, ROOT_REPORT);
    }
    await report(B, 3, ROOT_REPORT);
    expect((await stores.units.counts()).completed).toBe(3);
    expect(await fleet.sweep()).toMatchObject({ repaired: 0 });

    expect(await fleet.releaseWorker(A)).toBe(true);
    expect(await fleet.releaseWorker(A)).toBe(false);
    await fleet.createUnits([search()]);
    expect(await ask(A)).not.toBeNull();
  });

  it('also applies to a result that is being processed', async () => {
    const stores = createMemoryFleetStores();
    const clock = manualClock();
    const [mine, other] = [openFleet({ stores, clock }), openFleet({ stores, clock })];
    await mine.fleet.createUnits([search({ replicas: 1 })]);
    await mine.ask(A);
    // The other coordinator does not know of the quarantine yet when it receives the result.
    await other.ask(A);
    await mine.fleet.quarantineWorker(A, 'why');
    await stores.units.save(
      { ...(await stores.units.get(1))!, leases: [{ ...(await stores.units.get(1))!.leases[0]!, state: 'running' }] },
      (await stores.units.get(1))!.version,
    );
    await other.report(A, 1, ROOT_REPORT);
    await other.fleet.flush();
    expect((await stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual(['quarantined']);
    expect((await stores.units.get(1))?.state).toBe('pending');
  });
});

describe('operators', () => {
  it('shut workers down: each gets the command once', async () => {
    const { fleet, ask } = openFleet();
    await fleet.createUnits(many(5));
    await ask('studio.local_Darwin_W1');
    expect(await fleet.operatorCommands.shutDown([A])).toEqual({ workerIds: [A], kept: [] });
    const request = { workerId: A, platform: '', acceptsSpecs: false };
    expect(await fleet.assignUnit(request)).toEqual({ end: 'Shutdown requested' });
    expect(await fleet.assignUnit(request)).toMatchObject({ work: { unitId: 1 } });
  });

  it('keep some workers of a host, and refuse more', async () => {
    const { fleet, ask } = openFleet();
    const names = [10, 2, 1, 3].map((i) => `studio.local_Darwin_W${i}`);
    await fleet.createUnits(many(9));
    for (const name of [...names, A]) await ask(name);
    expect(await fleet.operatorCommands.shutDownHost('studio', 2)).toEqual({
      workerIds: [names[3], names[0]],
      kept: [names[2], names[1]],
    });
    const asked = async (workerId: string) => fleet.assignUnit({ workerId, platform: '', acceptsSpecs: false });
    expect(await asked(names[0]!)).toEqual({ end: 'Shutdown requested' });
    expect(await asked(names[0]!)).toEqual({ end: 'At most 2 workers on studio' });
    expect(await asked('STUDIO_Darwin_W7')).toEqual({ end: 'At most 2 workers on studio' });
    expect(await asked(names[1]!)).toHaveProperty('work');
    expect(await fleet.operatorCommands.removeLimit('Studio')).toBe(true);
    expect(await asked('STUDIO_Darwin_W7')).toHaveProperty('work');
  });
});

describe('verification', () => {
  it('gets the counted results with a genome, and stores the outcome', async () => {
    const { fleet, ask, report } = openFleet();
    await fleet.createUnits(many(2, { replicas: 1 }));
    await ask(A);
    await report(A, 1, ROOT_REPORT);
    await ask(A);
    await report(A, 2, { ...ROOT_REPORT, strategy_genome: null });
    const [first, ...others] = await fleet.resultsToVerify({ share: 1, limit: 10 });
    expect(first).toMatchObject({
      unitId: 1,
      verification: 'unverified',
      strategy_genome: ROOT_REPORT.strategy_genome,
    });
    expect(others).toEqual([]);
    expect(await fleet.resultsToVerify({ share: 1, unitIds: [2], limit: 10 })).toEqual([]);
    expect(await fleet.setVerification(first!.id, { verification: 'disagrees', note: 'pnl' })).toBe(true);
    expect(await fleet.setVerification(first!.id, { verification: 'verified', note: '' })).toBe(false);
    expect(await fleet.resultsToVerify({ share: 1, limit: 10 })).toEqual([]);
  });
});

describe('cancelling', () => {
  it('ends a unit; later reports are late', async () => {
    const { fleet, stores, ask, report } = openFleet();
    await fleet.createUnits([search()]);
    await ask(A);
    expect(await fleet.cancel(1, 'no longer wanted')).toMatchObject({ state: 'cancelled', reason: 'no longer wanted' });
    expect(await ask(B)).toBeNull();
    await report(A, 1, ROOT_REPORT);
    expect((await stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual(['late']);
    expect(await fleet.cancel(404, 'x')).toBeNull();
  });
});
