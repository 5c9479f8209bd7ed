import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { randomGenome } from '../../../src/domain/python-worker/genomes/random-genome.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { submissionOf, unitFrames } from '../../../src/domain/python-worker/engine/submission.ts';
import { createVerifier } from '../../../src/coordinator/verify-results.ts';
import { type WorkerEngine } from '../../../src/ports/fleet/engine.ts';
import { openWorkerEngine } from '../../../src/runtime/worker-engine.ts';
import { type FleetCheck } from '../../../src/ports/fleet/service.ts';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const candles = randomSeries(9, 2500, { volatility: 0.004, timeframe: '5m' });
const rng = createRng('verify');

let directory: string;
let engine: WorkerEngine;
let server: TestCoordinator | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-verify-'));
  writeCandleCsv(join(directory, FILE), candles);
  engine = openWorkerEngine([directory]);
});
afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const verifierOf = ({ fleet, stores }: TestCoordinator, share = 1): FleetCheck =>
  createVerifier({ fleet, units: stores.units, engine, share });

/** Executes the next unit as a Python worker does; `lie` changes fields of the report. */
async function report(coordinator: TestCoordinator, workerId: string, lie: object = {}): Promise<void> {
  const { work_id } = (await coordinator.call(`/api/get_work?worker_id=${workerId}`)).json as { work_id: number };
  expect(work_id).toBeGreaterThan(0);
  const honest = submissionOf(unitFrames(candles, 'SPOT'), randomGenome(rng, { marketType: 'SPOT', maxLeverage: 1 }));
  const body = { work_id, worker_id: workerId, execution_time: 12, ...honest, ...lie };
  expect((await coordinator.post('/api/submit_result', body)).status).toBe(200);
}

async function open(units: number, file = FILE): Promise<TestCoordinator> {
  server = await startTestCoordinator();
  for (let n = 0; n < units; n += 1) {
    const request = { kind: 'genetic', replicas: 1, strategy_params: { data_file: file, population_size: 5 } };
    expect((await server.post('/api/work_units', request)).status).toBe(201);
  }
  return server;
}

const unit = async (id: number): Promise<Record<string, unknown>> =>
  (await server!.call(`/api/work_units/${id}`)).json as Record<string, unknown>;

describe('what remote workers report', () => {
  it('is verified once when the recomputed result is equal', async () => {
    const coordinator = await open(2);
    await report(coordinator, 'honest_Linux_W1');
    await report(coordinator, 'honest_Linux_W1');
    const verifier = verifierOf(coordinator);
    expect(await verifier.verify()).toEqual({ verified: 2, disagreeing: 0, skipped: 0 });
    expect(await verifier.verify()).toEqual({ verified: 0, disagreeing: 0, skipped: 0 });
    const [result] = (await unit(1))['results'] as object[];
    expect(result).toMatchObject({ verdict: 'accepted', verification: 'verified' });
  });

  it.each([
    ['a profit that is a cent too high', { pnl: -0.01 }],
    ['a drawdown too small', { max_drawdown: 0.0001 }],
    ['a wrong robustness', { robustness_score: 99 }],
  ])('with %s puts its worker into quarantine and opens its units again', async (_, lie) => {
    const coordinator = await open(2);
    await report(coordinator, 'liar_Linux_W1', lie);
    await report(coordinator, 'honest_Linux_W1');
    expect(await verifierOf(coordinator).verify()).toEqual({ verified: 1, disagreeing: 1, skipped: 0 });
    const liar = await unit(1);
    expect(liar['state']).not.toBe('completed');
    expect((liar['results'] as object[])[0]).toMatchObject({ verdict: 'quarantined', verification: 'disagrees' });
    expect(await unit(2)).toMatchObject({ state: 'completed' });
    const { json } = await coordinator.call('/api/get_work?worker_id=liar_Linux_W1');
    expect(json).toMatchObject({ work_id: null });
    await report(coordinator, 'other_Linux_W1');
    expect(await unit(1)).toMatchObject({ state: 'completed', replicas_completed: 1 });
  });

  it('puts its worker into quarantine even when the process dies before it can mark the report', async () => {
    const coordinator = await open(1);
    await report(coordinator, 'liar_Linux_W1', { pnl: -0.01 });
    const { fleet, stores } = coordinator;
    const dying = { ...fleet, setVerification: () => Promise.reject(new Error('killed')) };
    const verifier = createVerifier({ fleet: dying, units: stores.units, engine, share: 1 });
    await expect(verifier.verify()).rejects.toThrow('killed');
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'quarantined' }]);
    expect((await coordinator.call('/api/get_work?worker_id=liar_Linux_W1')).json).toMatchObject({ work_id: null });
  });

  it('stays unverified, without consequence for its worker, when its candles are missing here', async () => {
    const coordinator = await open(1, 'ELSEWHERE.csv');
    await report(coordinator, 'far_Linux_W1');
    const verifier = verifierOf(coordinator);
    expect(await verifier.verify()).toEqual({ verified: 0, disagreeing: 0, skipped: 1 });
    expect(await verifier.verify()).toEqual({ verified: 0, disagreeing: 0, skipped: 0 });
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'accepted', verification: 'unverified' }]);
  });

  it('is not verified with a share of 0', async () => {
    const coordinator = await open(1);
    await report(coordinator, 'honest_Linux_W1');
    expect(await verifierOf(coordinator, 0).verify()).toEqual({ verified: 0, disagreeing: 0, skipped: 0 });
  });
});
