import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { newWorker } from '../../../src/domain/fleet/worker.ts';
import { type FleetStores } from '../../../src/ports/fleet/stores.ts';
import { fleetResult, fleetUnit } from '../../contract/fleet-stores.contract.ts';
import { together } from '../../contract/stores/samples.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

let store: TemporaryStore;
let direct: FleetStores;
let proxy: LossyProxy;
let stores: FleetStores;
beforeAll(async () => {
  store = await openTemporaryStore();
  const opened = createMongoFleetStores(await store.connect());
  await opened.ensureIndexes();
  direct = opened;
  proxy = await startLossyProxy(store.port);
  stores = createMongoFleetStores(await store.connect({ via: proxy.url }));
});
afterAll(async () => {
  await proxy?.close();
  await store?.close();
});

describe('an answer lost after the write was done', () => {
  async function losing<T>(command: Parameters<LossyProxy['loseAnswerTo']>[0], write: () => Promise<T>): Promise<T> {
    const before = proxy.lost();
    proxy.loseAnswerTo(command);
    const result = await write();
    expect(proxy.lost()).toBe(before + 1);
    return result;
  }

  it('is returned by the retry: a unit is saved once, and the loser of a conflict gets false', async () => {
    await stores.units.add([fleetUnit(1), fleetUnit(2)]);
    expect(await losing('update', () => stores.units.save({ ...fleetUnit(1), turn: 7 }, 1))).toBe(true);
    expect((await direct.units.get(1))?.version).toBe(2);
    expect(await losing('update', () => stores.units.save({ ...fleetUnit(1), turn: 8 }, 1))).toBe(false);
    expect(await direct.units.get(1)).toMatchObject({ version: 2, turn: 7 });
  });

  it('each of several saves in one command gets its own result', async () => {
    await stores.units.add([10, 11, 12, 13].map((id) => fleetUnit(id)));
    await direct.units.save({ ...fleetUnit(12), turn: 1 }, 1);
    const saved = await losing('update', () =>
      together(4, (i) => stores.units.save({ ...fleetUnit(10 + i), turn: 5 }, 1)),
    );
    expect(saved).toEqual([true, true, false, true]);
    expect((await direct.units.get(12))?.turn).toBe(1);
  });

  it('leaves one row per result, one worker, and no duplicate number', async () => {
    expect((await losing('insert', () => stores.results.add(fleetResult(1)))).id).toBe(1);
    expect((await losing('insert', () => stores.results.add({ ...fleetResult(1), id: 2 }))).id).toBe(1);
    expect(await direct.results.newest(10)).toHaveLength(1);
    const worker = newWorker('a_Linux_W1', 1);
    await losing('insert', () => stores.workers.add(worker));
    expect(await losing('update', () => stores.workers.save({ ...worker, completed: 1 }, 0))).toBe(true);
    expect(await losing('update', () => stores.workers.save({ ...worker, completed: 2 }, 0))).toBe(false);
    expect(await direct.workers.list()).toMatchObject([{ completed: 1, version: 1 }]);
    const first = await losing('findAndModify', () => stores.counters.take('results', 5));
    const next = await stores.counters.take('results', 1);
    expect(next).toBeGreaterThanOrEqual(first + 5);
  });
});

it('a restart of the server is not noticed', async () => {
  await direct.units.add(Array.from({ length: 20 }, (_, i) => fleetUnit(100 + i)));
  const working = together(20, async (i) => {
    const saved = await direct.units.save({ ...fleetUnit(100 + i), turn: 3 }, 1);
    return [saved, (await direct.results.add(fleetResult(100 + i))).id];
  });
  await store.stop();
  await store.start();
  expect(await working).toEqual(Array.from({ length: 20 }, (_, i) => [true, 100 + i]));
});
