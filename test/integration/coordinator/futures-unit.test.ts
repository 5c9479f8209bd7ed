import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';

let server: TestCoordinator;
beforeEach(async () => {
  server = await startTestCoordinator();
});
afterEach(() => server.stop());

const create = (body: unknown) => server.post('/api/futures/create_work_unit', body);

describe('POST /api/futures/create_work_unit', () => {
  it('creates a search with the defaults of the Python coordinator, and drops other keys', async () => {
    const params = {
      population_size: 30,
      generations: 50,
      risk_level: 'MEDIUM',
      data_file: 'data_futures/BIP-20DEC30-CDE_FIVE_MINUTE.csv',
      max_candles: 50_000,
      market_type: 'FUTURES',
      is_perpetual: true,
      contract: 'BIP-20DEC30-CDE',
      asset: 'BIP',
      max_leverage: 5,
      direction: 'BOTH',
    };
    expect(await create({ contract: 'BIP-20DEC30-CDE', seed_genomes: [{}], leverage: 3 })).toMatchObject({
      status: 200,
      json: { status: 'success', work_unit_id: 1, strategy_params: params, replicas: 2 },
    });
    expect((await server.stores.units.get(1))?.params).toEqual(params);
    // There is no key: the same request makes another unit.
    expect((await create({ contract: 'BIP-20DEC30-CDE', replicas: 3 })).json).toMatchObject({
      work_unit_id: 2,
      replicas: 3,
    });
  });

  it.each<[unknown, string]>([
    [{}, 'No JSON data provided'],
    [[], 'No JSON data provided'],
    [{ replicas: 2 }, 'contract parameter required'],
    [{ contract: 'BTC-USD' }, 'No data file found for contract BTC-USD'],
    [{ contract: '../../etc/passwd-CDE' }, 'No data file found for contract ../../etc/passwd-CDE'],
    [{ contract: 'BIP-20DEC30-CDE', replicas: 'x' }, 'replicas'],
  ])('answers 400 to %j', async (body, message) => {
    const { status, json } = await create(body);
    expect({ status, error: (json as { error: string }).error }).toEqual({
      status: 400,
      error: expect.stringContaining(message) as string,
    });
    expect(await server.stores.units.list({ limit: 1 })).toEqual([]);
  });
});
