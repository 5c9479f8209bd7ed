import { afterEach, describe, expect, it, vi } from 'vitest';
import { markerOf } from '../../../../../src/adapters/coordinator-client/python-dialect.ts';
import { createRng } from '../../../../../src/domain/random/rng.ts';
import { forwardedUnit } from '../../../../contract/forwarding.contract.ts';
import { createMemoryForwarding } from '../../../../fixtures/memory-forwarding.ts';
import { startPythonCoordinator, type Fault, type PythonCoordinator } from '../../../../fixtures/python/coordinator.ts';
import { type PythonDatabase } from '../../../../fixtures/python/units.ts';
import { manualClock } from '../../agent/agent-fixture.ts';
import { clientOf, fixedEngine, createForwardQueue, manualTimeouts, REPORT } from './forward-fixture.ts';

const { strategy_genome: _, ...FIGURES } = REPORT;
const DAY_MS = 86_400_000;

let server: PythonCoordinator | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
  server = undefined;
});

const markOf = (unit: { readonly params: Readonly<Record<string, unknown>> }): unknown => unit.params['direction'];

/** Workers that take a few units between two polls. Every fifth replica is never reported, as if the machine slept. */
function workers(): (database: PythonDatabase) => void {
  let nth = 0;
  return (database) => {
    for (let i = 0; i < 6; i += 1) {
      const unit = database.assign();
      if (!unit) return;
      nth += 1;
      if (nth % 5 !== 0) database.submit(unit, `mac_Darwin_W${nth % 3}`, { ...FIGURES, pnl: nth });
    }
  };
}

describe('the Python coordinator, with all its quirks', () => {
  it('finishes 200 units: none lost, none created twice, and reports the unclear ones', async ({ annotate }) => {
    const rng = createRng(11);
    const faults: readonly Fault[] = [
      ...Array<Fault>(24).fill('none'),
      'stored-500',
      'lost-500',
      'stored-hang',
      'lost-hang',
      'reset-stored',
      'garbled',
      'late-hang',
      'locked-500',
    ];
    const clock = manualClock();
    const timeouts = manualTimeouts();
    const work = workers();
    let looks = 0;
    let isBusy = false;
    server = await startPythonCoordinator({
      now: () => clock.now(),
      creationFault(nth) {
        // The request is lost while another client creates units: the outcome stays unclear.
        isBusy = nth % 60 === 0;
        return isBusy ? 'lost-hang' : rng.pick(faults);
      },
      readingFault: (nth) => (nth % 11 === 0 ? '500' : 'none'),
      onHang: timeouts.expire,
      onStatus(database) {
        work(database);
        looks += 1;
        // The coordinator's own thread that creates units.
        if (looks % 40 === 0 || isBusy) for (let i = 0; i < 5; i += 1) database.add({ direction: 'BOTH' }, 2);
        isBusy = false;
      },
    });
    const forwarding = createMemoryForwarding();
    const ids = Array.from({ length: 200 }, (__, i) => `c1.forward.BIP.u${i}`);
    const deadlineAt = clock.now() + 2_400_000;
    await forwarding.addMany(ids.map((id, i) => forwardedUnit(id, { plannedAt: i, deadlineAt })));
    const engine = fixedEngine();
    const coordinator = clientOf(server.url, clock, { freshMs: 10_000 });
    const forwardQueue = createForwardQueue({ forwarding, engine, clock, coordinator });

    const ended = await forwardQueue.run(ids);

    expect(ended).toHaveLength(200);
    expect(new Set(ended.map(({ id }) => id)).size).toBe(200);
    expect(ended.every(({ state }) => state === 'done')).toBe(true);
    const made = new Map<unknown, number>();
    for (const unit of server.database.units) made.set(markOf(unit), (made.get(markOf(unit)) ?? 0) + 1);
    const timesMade = ended.map((unit) => made.get(markerOf(unit.order)) ?? 0);
    expect(timesMade.filter((times) => times > 1)).toEqual([]);
    // Units that ran locally because their creation was unclear are marked as such.
    const byOthers = ended.filter(({ doneBy }) => doneBy === 'remote');
    expect(byOthers.every((unit) => made.get(markerOf(unit.order)) === 1)).toBe(true);
    expect(byOthers.every(({ mayExist, reports }) => !mayExist && reports.length > 0)).toBe(true);
    const here = ended.filter(({ doneBy }) => doneBy === 'local');
    const unknowable = here.filter(({ reason }) => reason.startsWith('it is unknown whether it was created'));
    const slow = here.filter(({ reason }) => reason === 'its deadline passed');
    const unasked = here.filter(({ mayExist }) => !mayExist);
    expect(unasked.every((unit) => !made.has(markerOf(unit.order)))).toBe(true);
    expect(unknowable.length + slow.length + unasked.length).toBe(here.length);
    expect([...unknowable, ...slow].every(({ mayExist }) => mayExist)).toBe(true);
    expect(unknowable.length).toBeGreaterThanOrEqual(3);
    expect(slow.every((unit) => made.get(markerOf(unit.order)) === 1)).toBe(true);
    expect(byOthers.length).toBeGreaterThan(170);
    await annotate(
      `${byOthers.length} done by workers, ${unknowable.length} not known, ${slow.length} late, ${unasked.length} never asked for`,
    );
    // This coordinator returns no genome, so its results give figures but no strategy.
    expect(byOthers.flatMap(({ reports }) => reports).every(({ strategyHash }) => strategyHash === '')).toBe(true);
  }, 240_000);

  it('gets a second request when nothing was stored, and never when something may have been', async () => {
    const clock = manualClock();
    const timeouts = manualTimeouts();
    const outcomes: Record<string, { asked: number; made: number; state: string; mayExist: boolean }> = {};
    for (const fault of [
      'lost-500',
      'lost-hang',
      'stored-500',
      'stored-hang',
      'reset-stored',
      'garbled',
      'late-hang',
      'locked-500',
    ] as const) {
      const own = await startPythonCoordinator({
        now: () => clock.now(),
        creationFault: (nth) => (nth === 1 ? fault : 'none'),
        onHang: timeouts.expire,
        onStatus: workers(),
      });
      const forwarding = createMemoryForwarding();
      await forwarding.addMany([forwardedUnit('u', { deadlineAt: clock.now() + DAY_MS })]);
      const forwardQueue = createForwardQueue({
        forwarding,
        engine: fixedEngine(null),
        clock,
        coordinator: clientOf(own.url, clock),
      });
      const [unit] = await forwardQueue.run(['u']);
      outcomes[fault] = {
        asked: own.requests.creations,
        made: own.database.units.length,
        state: `${unit?.state} by ${unit?.doneBy}`,
        mayExist: unit?.mayExist ?? true,
      };
      await own.close();
    }
    const twice = { asked: 2, made: 1, state: 'done by remote', mayExist: false };
    const once = { ...twice, asked: 1 };
    expect(outcomes).toEqual({
      'lost-500': twice,
      'lost-hang': twice,
      'stored-500': once,
      'stored-hang': once,
      'reset-stored': once,
      garbled: once,
      'late-hang': once,
      'locked-500': { ...twice, asked: 4 },
    });
  });

  it('reports when it is unknown whether a unit was created, and runs it locally once', async () => {
    const clock = manualClock();
    const timeouts = manualTimeouts();
    let asked = false;
    server = await startPythonCoordinator({
      now: () => clock.now(),
      creationFault: () => {
        asked = true;
        return 'lost-hang';
      },
      onHang: timeouts.expire,
      // Another client creates a unit at the same moment, so the count is ambiguous.
      onStatus: (database) => asked && database.units.length === 0 && database.add({ direction: 'BOTH' }, 0),
    });
    const forwarding = createMemoryForwarding();
    await forwarding.addMany([forwardedUnit('u', { deadlineAt: clock.now() + 600_000 })]);
    const engine = fixedEngine();
    const forwardQueue = createForwardQueue({ forwarding, engine, clock, coordinator: clientOf(server.url, clock) });
    const [unit] = await forwardQueue.run(['u']);
    expect(unit).toMatchObject({ state: 'done', doneBy: 'local', mayExist: true, attempts: 1 });
    expect(unit?.reason).toBe(
      'it is unknown whether it was created: 1 units were created since, none of them identifiable yet',
    );
    expect(server.requests.creations).toBe(1);
  });

  it('refuses every faulty report of old workers, and runs the unit locally', async () => {
    const clock = manualClock();
    const constants = { ...FIGURES, trades: 10, win_rate: 0.65, sharpe_ratio: 1.5, max_drawdown: 0.15 };
    server = await startPythonCoordinator({
      now: () => clock.now(),
      onStatus: (database) => {
        const unit = database.assign();
        if (unit) database.submit(unit, 'old_Linux_W1', constants);
      },
    });
    const forwarding = createMemoryForwarding();
    await forwarding.addMany([forwardedUnit('u', { deadlineAt: clock.now() + DAY_MS })]);
    const forwardQueue = createForwardQueue({
      forwarding,
      engine: fixedEngine(),
      clock,
      coordinator: clientOf(server.url, clock),
    });
    const [unit] = await forwardQueue.run(['u']);
    expect(unit).toMatchObject({ state: 'done', doneBy: 'local' });
    expect(unit?.reports.map(({ verdict, workerId }) => `${verdict} ${workerId}`)).toEqual([
      'constants old_Linux_W1',
      'constants old_Linux_W1',
      'accepted local',
    ]);
  });

  it('continues with its units when it is reachable again', async () => {
    const clock = manualClock();
    const work = workers();
    // Unreachable from the sixth request on, for longer than the circuit breaker stays open.
    server = await startPythonCoordinator({
      now: () => clock.now(),
      readingFault: (nth) => (nth > 6 && nth < 60 ? '500' : 'none'),
      onStatus: (database) => clock.now() > startedAt + 300_000 && work(database),
    });
    const startedAt = clock.now();
    const forwarding = createMemoryForwarding();
    await forwarding.addMany([forwardedUnit('u', { deadlineAt: startedAt + DAY_MS })]);
    const engine = fixedEngine();
    const forwardQueue = createForwardQueue({ forwarding, engine, clock, coordinator: clientOf(server.url, clock) });
    const [unit] = await forwardQueue.run(['u']);
    expect(unit).toMatchObject({ state: 'done', doneBy: 'remote', attempts: 1 });
    expect(server.requests.readings).toBeGreaterThan(60);
    expect(server.database.units).toHaveLength(1);
  });

  it('gets no request while it is unreachable: units run locally', async () => {
    const clock = manualClock();
    server = await startPythonCoordinator({ now: () => clock.now() });
    const { url } = server;
    await server.close();
    server = undefined;
    const forwarding = createMemoryForwarding();
    const ids = ['a', 'b', 'c'];
    await forwarding.addMany(ids.map((id) => forwardedUnit(id, { deadlineAt: clock.now() + DAY_MS })));
    const engine = fixedEngine();
    const forwardQueue = createForwardQueue({ forwarding, engine, clock, coordinator: clientOf(url, clock) });
    const ended = await forwardQueue.run(ids);
    expect(ended.every((unit) => unit.doneBy === 'local' && !unit.mayExist)).toBe(true);
    // Each unit is computed once, and once more for verification.
    expect(engine.runs.count).toBe(6);
    expect(forwardQueue.strategies.size).toBe(1);
  });

  it.each([
    ['in a moment', 300, 1_500],
    ['only when it has been looked into', 60_000, 65_000],
  ])('has a unit wait for another whose creation is over %s, and no longer', async (_, heldMs, latest) => {
    const clock = manualClock();
    const startedAt = clock.now();
    let askedAt = 0;
    server = await startPythonCoordinator({
      now: () => clock.now(),
      creationFault() {
        askedAt = clock.now();
        return 'none';
      },
      onStatus: workers(),
    });
    const forwarding = createMemoryForwarding();
    const deadlineAt = startedAt + DAY_MS;
    await forwarding.addMany([
      forwardedUnit('other', { state: 'creating', settledAt: startedAt + 60_000, deadlineAt }),
      forwardedUnit('u', { deadlineAt }),
    ]);
    await forwarding.takeTurn('other', startedAt);
    let looks = 0;
    const takeTurn: typeof forwarding.takeTurn = async (...turn) => {
      looks += 1;
      if (clock.now() >= startedAt + heldMs) await forwarding.giveTurn('other');
      return forwarding.takeTurn(...turn);
    };
    const coordinator = clientOf(server.url, clock);
    const forwardQueue = createForwardQueue({
      forwarding: { ...forwarding, takeTurn },
      engine: fixedEngine(null),
      clock,
      coordinator,
    });
    const [unit] = await forwardQueue.run(['u']);
    expect(unit).toMatchObject({ state: 'done', doneBy: 'remote' });
    expect(askedAt - startedAt).toBeGreaterThanOrEqual(heldMs);
    expect(askedAt - startedAt).toBeLessThan(latest);
    expect(looks).toBeLessThan(12);
  });
});
