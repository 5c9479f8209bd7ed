import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { openFaultTestEnvironment, type CorpProcess } from '../../fixtures/faults/test-environment.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { GENOME } from '../../unit/processors/backtest/forward/forward-fixture.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const testEnvironment = openFaultTestEnvironment();
let server: TestCoordinator | undefined;
beforeAll(() => {
  writeCandleCsv(join(testEnvironment.directory, FILE), randomSeries(8, 2500, { volatility: 0.004, timeframe: '5m' }));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(async () => {
  expect(await testEnvironment.clear()).toEqual([]);
});

const worker = (environment: Record<string, string>, ...args: string[]): CorpProcess =>
  testEnvironment.corp(
    testEnvironment.environment(environment),
    'worker',
    '--name',
    'desk',
    '--data',
    testEnvironment.directory,
    ...args,
  );

async function create(coordinator: TestCoordinator, kind: string, params: object): Promise<void> {
  const request = { kind, replicas: 1, strategy_params: { data_file: FILE, ...params } };
  expect((await coordinator.post('/api/work_units', request)).status).toBe(201);
}

it('corp worker executes all units of the configured coordinator, and ends', async () => {
  server = await startTestCoordinator();
  await create(server, 'evaluate', { seed_genomes: [GENOME] });
  await create(server, 'genetic', { population_size: 10, generations: 2 });
  const running = worker({ COORDINATOR_URL: server.url }, '--once');
  expect(await running.exited).toEqual({ code: 0, signal: null });
  expect(running.stdout()).toBe('2 units done, 0 failed\n');
  const ended = await server.stores.units.list({ limit: 10 });
  expect(ended.map(({ state }) => state)).toEqual(['completed', 'completed']);
  expect(ended[0]?.leases[0]?.workerId).toMatch(/^desk_(Linux|Darwin|Windows)_W1$/);
});

it('a signal ends it while a unit runs, and the lease expires', async () => {
  const coordinator = await startTestCoordinator();
  server = coordinator;
  // Takes minutes.
  await create(coordinator, 'genetic', { population_size: 5000, generations: 1000 });
  const running = worker({}, '--coordinator', coordinator.url);
  await eventually('the unit is leased', async () => (await coordinator.stores.units.get(1))?.state === 'in_progress');
  expect(await running.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(running.stdout()).toBe('0 units done, 1 failed\n');
  expect((await coordinator.stores.units.get(1))?.leases).toMatchObject([{ state: 'running' }]);
});

it('without a coordinator: one line, exit code 2', async () => {
  const running = worker({});
  expect(await running.exited).toEqual({ code: 2, signal: null });
  expect(running.stderr().trim()).toMatch(/^[^\n]*no coordinator URL is set[^\n]*COORDINATOR_URL[^\n]*$/);
});
