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
import { ROOT_REPORT } from '../../unit/fleet/fleet-fixture.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const candles = randomSeries(9, 2500, { volatility: 0.004, timeframe: '5m' });
const rng = createRng('verify');
const NOTHING = { verified: 0, disagreeing: 0, unverifiable: 0, skipped: 0 };

let directory: string;
let engine: WorkerEngine;
const alerts: string[] = [];
const raiseAlert = async ({ title, text }: { title: string; text: string }): Promise<void> =>
  void alerts.push(`${title}: ${text}`);
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
  alerts.length = 0;
});

const verifierOf = ({ fleet, stores }: TestCoordinator, share = 1): FleetCheck =>
  createVerifier({ fleet, units: stores.units, engine, share, raiseAlert });

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
    expect(await verifier.verify()).toEqual({ ...NOTHING, verified: 2 });
    expect(await verifier.verify()).toEqual(NOTHING);
    const [result] = (await unit(1))['results'] as object[];
    expect(result).toMatchObject({ verdict: 'accepted', verification: 'verified' });
  });

  it.each([
    ['a profit that does not fit the degradation', { pnl: 77.77 }],
    ['a wrong robustness', { robustness_score: 99 }],
  ])('with %s puts its worker into quarantine and opens its units again', async (_, lie) => {
    const coordinator = await open(2);
    await report(coordinator, 'liar_Linux_W1', lie);
    await report(coordinator, 'honest_Linux_W1');
    expect(await verifierOf(coordinator).verify()).toEqual({ ...NOTHING, verified: 1, disagreeing: 1 });
    const liar = await unit(1);
    expect(liar['state']).not.toBe('completed');
    expect((liar['results'] as object[])[0]).toMatchObject({ verdict: 'quarantined', verification: 'disagrees' });
    expect(await unit(2)).toMatchObject({ state: 'completed' });
    const { json } = await coordinator.call('/api/get_work?worker_id=liar_Linux_W1');
    expect(json).toMatchObject({ work_id: null });
    await report(coordinator, 'other_Linux_W1');
    expect(await unit(1)).toMatchObject({ state: 'completed', replicas_completed: 1 });
    expect(alerts).toEqual([expect.stringContaining('Worker quarantined: worker liar_Linux_W1')]);
  });

  it('with other figures that a candle file can give suspends its worker for this file, until it is released', async () => {
    const coordinator = await open(2);
    await report(coordinator, 'odd_Linux_W1', { max_drawdown: 0.0001 });
    expect(await verifierOf(coordinator).verify()).toEqual({ ...NOTHING, disagreeing: 1 });
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'suspended', verification: 'disagrees' }]);
    expect(alerts).toEqual([expect.stringContaining('Worker suspended for a file: worker odd_Linux_W1')]);
    const fleet = async () =>
      (await coordinator.call('/api/fleet')).json as { workers: object[]; verification: object };
    expect((await fleet()).workers).toMatchObject([{ quarantine: null, suspended_for: [FILE] }]);
    // Its canaries come first, then no other unit on the file.
    await report(coordinator, 'odd_Linux_W1');
    await report(coordinator, 'odd_Linux_W1');
    expect((await coordinator.call('/api/get_work?worker_id=odd_Linux_W1')).json).toMatchObject({ work_id: null });

    expect((await coordinator.post('/api/workers/odd_Linux_W1/release', {})).json).toMatchObject({ released: true });
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'accepted' }]);
    expect((await fleet()).workers).toMatchObject([{ suspended_for: [] }]);
    await report(coordinator, 'odd_Linux_W1');
    expect(await unit(2)).toMatchObject({ state: 'completed' });
  });

  it('from a file with more candles is unverifiable: it stays, and can neither be canonical nor cost its worker anything', async () => {
    const coordinator = await open(1);
    const { strategy_genome: _, ...sound } = ROOT_REPORT;
    const counts = { actual_candles: 2600, train_candles: 2340, test_candles: 260 };
    await report(coordinator, 'newer_Linux_W1', { ...sound, ...counts });
    expect((await unit(1))['canonical_result_id']).not.toBeNull();
    expect(await verifierOf(coordinator).verify()).toEqual({ ...NOTHING, unverifiable: 1 });
    expect(await unit(1)).toMatchObject({ state: 'completed', canonical_result_id: null });
    expect((await unit(1))['results']).toMatchObject([
      {
        verdict: 'accepted',
        verification: 'unverifiable',
        verification_note: expect.stringContaining('actual_candles is 2600, 2500 was computed') as string,
      },
    ]);
    expect(alerts).toEqual([]);
  });

  it('puts its worker into quarantine even when the process dies before it can mark the report', async () => {
    const coordinator = await open(1);
    await report(coordinator, 'liar_Linux_W1', { robustness_score: 99 });
    const { fleet, stores } = coordinator;
    const dying = { ...fleet, setVerification: () => Promise.reject(new Error('killed')) };
    const verifier = createVerifier({ fleet: dying, units: stores.units, engine, share: 1, raiseAlert });
    await expect(verifier.verify()).rejects.toThrow('killed');
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'quarantined' }]);
    expect((await coordinator.call('/api/get_work?worker_id=liar_Linux_W1')).json).toMatchObject({ work_id: null });
  });

  it('stays unverified, without consequence for its worker, when its candles are missing here', async () => {
    const coordinator = await open(1, 'ELSEWHERE.csv');
    await report(coordinator, 'far_Linux_W1');
    const verifier = verifierOf(coordinator);
    expect(await verifier.verify()).toEqual({ ...NOTHING, skipped: 1 });
    expect(await verifier.verify()).toEqual(NOTHING);
    expect((await unit(1))['results']).toMatchObject([{ verdict: 'accepted', verification: 'unverified' }]);
  });

  it('is not verified with a share of 0', async () => {
    const coordinator = await open(1);
    await report(coordinator, 'honest_Linux_W1');
    expect(await verifierOf(coordinator, 0).verify()).toEqual(NOTHING);
  });
});
