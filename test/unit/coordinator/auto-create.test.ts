import { expect, it } from 'vitest';
import { keepBusy } from '../../../src/coordinator/auto-create.ts';
import { openFleet } from '../../fixtures/fleet/open-fleet.ts';
import { ROOT_REPORT } from '../fleet/fleet-fixture.ts';

const PARAMS = { data_file: 'BTC-USD_FIVE_MINUTE.csv', population_size: 100, generations: 80 };
const request = (workerId: string) => ({ workerId, platform: '', acceptsSpecs: false });

function busy(test = openFleet()) {
  const { fleet, stores, clock } = test;
  return { ...test, busy: keepBusy({ fleet, units: stores.units, clock, searches: [PARAMS, PARAMS], replicas: 2 }) };
}

it('creates searches for a worker that finds none, one round at a time over all coordinators', async () => {
  const first = busy();
  const other = busy(openFleet({ stores: first.stores, clock: first.clock }));
  expect(await first.busy.assignUnit(request('a_Linux_W1'))).toMatchObject({ work: { unitId: 1, params: PARAMS } });
  await first.report('a_Linux_W1', 1, ROOT_REPORT);
  expect(await first.busy.assignUnit(request('a_Linux_W1'))).toMatchObject({ work: { unitId: 2 } });
  await first.report('a_Linux_W1', 2, ROOT_REPORT);
  expect(await other.busy.assignUnit(request('a_Linux_W1'))).toEqual({ none: true });
  expect(await first.stores.units.list({ limit: 10 })).toHaveLength(2);
  first.clock.pass(30_000);
  expect(await other.busy.assignUnit(request('a_Linux_W1'))).toMatchObject({ work: { params: PARAMS } });
  expect(await first.stores.units.list({ limit: 10 })).toHaveLength(4);
});

it('stops when a lone worker leaves fifty units waiting for another', async () => {
  const test = busy();
  for (let round = 0; round < 100; round += 1) {
    const assigned = await test.busy.assignUnit(request('a_Linux_W1'));
    if ('work' in assigned) await test.report('a_Linux_W1', assigned.work.unitId, ROOT_REPORT);
    test.clock.pass(30_000);
  }
  const units = await test.stores.units.list({ limit: 1000 });
  expect(units.length).toBeLessThanOrEqual(51);
  expect(units.length).toBeGreaterThanOrEqual(50);
});
