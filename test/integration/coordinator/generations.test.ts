import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { isOpen } from '../../../src/domain/fleet/unit.ts';
import { fleetViolations } from '../../fixtures/fleet/violations.ts';
import { search, single } from '../../fixtures/fleet/open-fleet.ts';
import { createPythonWorker, type Generation, type PythonWorker } from '../../fixtures/fleet/python-worker.ts';
import { startTestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';
import { type FleetStores } from '../../../src/ports/fleet/stores.ts';
import { MINUTE } from '../../unit/fleet/fleet-fixture.ts';
import { openTemporaryStore, type TemporaryStore } from '../stores/temporary-store.ts';

let store: TemporaryStore;
beforeAll(async () => {
  store = await openTemporaryStore();
});
afterAll(() => store?.close());

const TURN_MS = 4 * MINUTE;
/** Far longer than a unit without any report takes. */
const MOST_TURNS = 400;
const UNITS = 60;
const CURSE = 20;

const FLEET: readonly Generation[] = [
  ...Array.from({ length: 10 }, () => 'root' as const),
  ...(['v5', 'v5', 'v3', 'v3', 'root-without-numba', 'dishonest'] as const),
];

const STORES: readonly (readonly [name: string, open: () => Promise<FleetStores>])[] = [
  ['over maps', async () => createMemoryFleetStores()],
  ['over maps', async () => createMemoryFleetStores()],
  ['over maps', async () => createMemoryFleetStores()],
  [
    'over the embedded store',
    async () => {
      const stores = createMongoFleetStores(await store.connect());
      await stores.ensureIndexes();
      return stores;
    },
  ],
];

describe.each(STORES)('workers of every version, with every deviation, %s', (name, open) => {
  const seed = STORES.findIndex(([, other]) => other === open);
  it('each unit ends completed, or failed with a reason; nothing hangs, is lost, or counts twice', async ({
    annotate,
  }) => {
    const stores = await open();
    const server = await startTestCoordinator({ stores });
    const { fleet, clock, url } = server;
    const rng = createRng(`generations ${seed}`);
    await fleet.createUnits(Array.from({ length: UNITS }, (_, i) => (i % 2 === 0 ? search() : single())));
    const failsSilently = (unitId: number): boolean => unitId % CURSE === 0;
    const workers: readonly PythonWorker[] = FLEET.map((generation, i) =>
      createPythonWorker({
        ...{ url, generation, failsSilently, faultRate: generation === 'root' ? 0.2 : 0 },
        id: `host${i}.local_Linux_W1`,
        rng: rng.fork(`worker ${i}`),
      }),
    );

    let turns = 0;
    for (let goesOn = true; goesOn; turns += 1) {
      expect(turns).toBeLessThan(MOST_TURNS);
      await Promise.all(workers.map((worker) => worker.step()));
      clock.pass(TURN_MS);
      await fleet.sweep();
      goesOn = (await stores.units.list({ limit: UNITS })).some(isOpen);
    }
    clock.pass(MINUTE);
    await fleet.flush();
    await fleet.sweep();

    const units = await stores.units.list({ limit: UNITS });
    const [verdicts, orphans] = [await stores.results.counts(), await stores.orphans.list(1000)];
    const sent = workers.flatMap((worker) => worker.sent);
    await annotate(
      `${name}: ${turns} turns, ${sent.length} reports: ${JSON.stringify(verdicts)}, ${orphans.length} orphans`,
    );
    expect(await fleetViolations(stores)).toEqual([]);
    expect(units.filter(({ state }) => state === 'completed').length).toBeGreaterThan(UNITS / 2);
    for (const unit of units.filter(({ id }) => failsSilently(id))) {
      expect(unit).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/leases ran out|refused/) as string,
      });
    }
    for (const unit of units.filter(({ state }) => state === 'failed'))
      expect(unit.reason).toMatch(/_W1 \(\d\)|no majority/);
    // Holds for every order of the workers' requests; malformed reports have their own tests (fuzz.test.ts).
    for (const verdict of ['accepted', 'constants', 'untrusted'] as const) {
      expect(verdicts[verdict], verdict).toBeGreaterThan(0);
    }
    // All received reports are stored.
    const kept = new Set([
      ...(await stores.results.newest(10_000)).map(({ workerId, unitId }) => `${workerId}/${unitId}`),
      ...orphans.map(({ workerId, workId }) => `${workerId}/${workId}`),
    ]);
    const lost = sent.filter(({ arrived, workerId, workId }) => arrived && !kept.has(`${workerId}/${workId}`));
    expect(lost).toEqual([]);
    await server.stop();
  });
});

it('a worker stops on a shutdown command, and its units go to others', async () => {
  const server = await startTestCoordinator();
  await server.fleet.createUnits([search({ replicas: 1 })]);
  const options = { url: server.url, generation: 'root', faultRate: 0, failsSilently: () => false } as const;
  const [leaver, other] = ['a_Linux_W1', 'b_Linux_W1'].map((id) =>
    createPythonWorker({ ...options, id, rng: createRng(id) }),
  );
  await server.fleet.operatorCommands.shutDown([leaver!.id]);
  for (let i = 0; i < 8; i += 1) {
    await leaver!.step();
    await other!.step();
  }
  expect([leaver!.hasExited(), leaver!.sent.length]).toEqual([true, 0]);
  expect((await server.stores.units.get(1))?.state).toBe('completed');
  await server.stop();
});
