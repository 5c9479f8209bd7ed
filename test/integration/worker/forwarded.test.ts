import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCandleFiles } from '../../../src/adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../../../src/adapters/threads/unit-threads.ts';
import { type UnitThreads } from '../../../src/ports/fleet/unit-threads.ts';
import { createHttpWorkSource } from '../../../src/adapters/work-source/http-work-source.ts';
import { loadCliConfig } from '../../../src/cli/process/load-cli-config.ts';
import { type Coordinator } from '../../../src/ports/fleet/client.ts';
import { type ForwardedUnit } from '../../../src/ports/fleet/forwarding.ts';
import { type WorkerEngine } from '../../../src/ports/fleet/engine.ts';
import { doUnit, type Report } from '../../../src/worker/do-unit.ts';
import { runWorkLoop } from '../../../src/worker/work-loop.ts';
import { openWorkerEngine } from '../../../src/runtime/worker-engine.ts';
import { forwardedUnit } from '../../contract/forwarding.contract.ts';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { createMemoryForwarding } from '../../fixtures/memory-forwarding.ts';
import {
  clientOf,
  createForwardQueue,
  GENOME,
  type ForwardQueue,
} from '../../unit/processors/backtest/forward/forward-fixture.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';
import { manualClock, type ManualClock } from '../../unit/processors/agent/agent-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const SHORT = 'SHORT-USD_FIVE_MINUTE.csv';
const DAY_MS = 86_400_000;
const PARAMS = { market_type: 'SPOT', data_file: FILE, population_size: 12, generations: 3, max_candles: 0 };
const { exchange } = loadCliConfig({ environment: {}, cwd: tmpdir() });

let directory: string;
let threads: UnitThreads;
let engine: WorkerEngine;
let server: TestCoordinator | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-forwarded-'));
  writeCandleCsv(join(directory, FILE), randomSeries(8, 2500, { volatility: 0.004, timeframe: '5m' }));
  writeCandleCsv(join(directory, SHORT), randomSeries(8, 900, { volatility: 0.004, timeframe: '5m' }));
  threads = createUnitThreads(1);
  engine = openWorkerEngine([directory]);
});
afterAll(async () => {
  await engine.close();
  await threads.close();
  rmSync(directory, { recursive: true });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const workerId = 'desk_Linux_W1';

/** A Bittrading Corp worker that executes all units; `lie` changes its reports. */
async function workerDoesAll(url: string, lie: (report: Report) => Report = (report) => report): Promise<void> {
  const candles = createCandleFiles([directory]);
  await runWorkLoop({
    source: createHttpWorkSource({ url, workerId }),
    work: async (unit, signal) => lie(await doUnit({ workerId, threads, exchange, candles }, unit, signal)),
    say: () => undefined,
    signal: new AbortController().signal,
    pauseMs: 1,
    random: Math.random,
    once: true,
  });
}

interface Forwarded {
  readonly unit: ForwardedUnit | undefined;
  readonly forwardQueue: ForwardQueue;
}

/** Forwards one search; `meanwhile` runs before each status request. */
async function forwardOne(url: string, clock: ManualClock, meanwhile: () => Promise<void>): Promise<Forwarded> {
  const forwarding = createMemoryForwarding();
  const order = { key: 'u', kind: 'genetic', params: PARAMS, replicas: 1 } as const;
  const deadlineAt = clock.now() + DAY_MS;
  await forwarding.addMany([forwardedUnit('u', { symbol: 'TEST-USD', timeframe: '5m', order, deadlineAt })]);
  const client = clientOf(url, clock, { timeoutMs: 5000 });
  const coordinator: Coordinator = {
    ...client,
    async look(unit) {
      await meanwhile();
      return client.look(unit);
    },
  };
  const forwardQueue = createForwardQueue({ forwarding, coordinator, engine, clock });
  const [unit] = await forwardQueue.run(['u']);
  return { unit, forwardQueue };
}

describe('a search that is forwarded', () => {
  it('is executed by our worker, recomputed bit by bit, and becomes a candidate', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const { url } = server;
    const { unit, forwardQueue } = await forwardOne(url, clock, () => workerDoesAll(url));
    expect(unit).toMatchObject({ state: 'done', doneBy: 'remote', mayExist: false });
    expect(unit?.reports).toMatchObject([{ workerId: 'desk_Linux_W1', verdict: 'accepted', verification: 'verified' }]);
    expect([...forwardQueue.strategies.values()]).toMatchObject([
      { hash: unit?.reports[0]?.strategyHash, origin: 'remote', state: 'candidate', symbol: 'TEST-USD' },
    ]);
  });

  it('is executed here instead when the only worker reports one cent too much', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const { url } = server;
    const { unit, forwardQueue } = await forwardOne(url, clock, () =>
      workerDoesAll(url, (report) => ({ ...report, pnl: Number(report['pnl']) + 0.01 })),
    );
    expect(unit).toMatchObject({ state: 'done', doneBy: 'local' });
    const [lie, own] = unit?.reports ?? [];
    expect(lie).toMatchObject({ workerId: 'desk_Linux_W1', verification: 'disagrees', strategyHash: '' });
    expect(lie?.note).toMatch(/^pnl is/);
    expect(own).toMatchObject({ workerId: 'local', verification: 'verified' });
    expect(forwardQueue.strategies.has(own?.strategyHash ?? '')).toBe(true);
    expect(forwardQueue.strategies.size).toBe(1);
  });

  it('is executed here while the coordinator is unreachable, with the same strategy each time', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const { url } = server;
    await server.stop();
    server = undefined;
    const found: (string | undefined)[] = [];
    for (let run = 0; run < 2; run += 1) {
      const { unit } = await forwardOne(url, clock, async () => undefined);
      expect(unit).toMatchObject({ state: 'done', doneBy: 'local', mayExist: false, attempts: 0 });
      found.push(unit?.reports[0]?.strategyHash);
    }
    expect(found[0]).toMatch(/^[0-9a-f]+$/);
    expect(found[1]).toBe(found[0]);
  });
});

describe('the local worker engine', () => {
  const { signal } = new AbortController();

  it.each([
    ['a file that is not here', { data_file: 'ELSEWHERE.csv' }, /in none of/],
    ['a file outside the directories', { data_file: '../x.csv' }, /outside the data directories/],
    ['a population of 0', { data_file: FILE, population_size: 0 }, /population_size/],
  ])('reports in advance that it cannot execute %s', async (_, params, reason) => {
    expect(await engine.obstacle(params)).toMatch(reason);
    expect(await engine.execute(params, 1, signal)).toMatchObject({ kind: 'impossible' });
  });

  it('reports too few candles', async () => {
    const outcome = await engine.execute({ data_file: SHORT }, 1, signal);
    expect(outcome.kind === 'impossible' && outcome.reason).toMatch(/at least 1000/);
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const params = { ...PARAMS, population_size: 5000, generations: 1000 };
    const running = engine.execute(params, 1, stop.signal);
    stop.abort();
    await expect(running).rejects.toThrow();
  });

  it('evaluates one genome independently of the seed', async () => {
    const params = { ...PARAMS, population_size: 1, generations: 1, seed_ratio: 1, seed_genomes: [GENOME] };
    const [one, other] = await Promise.all([1, 2].map((seed) => engine.execute(params, seed, signal)));
    expect(one).toMatchObject({ kind: 'done' });
    expect(other).toEqual(one);
  });
});
