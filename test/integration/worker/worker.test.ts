import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCandleFiles } from '../../../src/adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../../../src/adapters/threads/unit-threads.ts';
import { type UnitThreads } from '../../../src/ports/fleet/unit-threads.ts';
import { createHttpWorkSource } from '../../../src/adapters/work-source/http-work-source.ts';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import { type Genome } from '../../../src/domain/python-worker/genomes/genome.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { submissionOf, unitFrames } from '../../../src/domain/python-worker/engine/submission.ts';
import { loadCliConfig } from '../../../src/cli/process/load-cli-config.ts';
import { describedMarket } from '../../../src/domain/market/described-market.ts';
import { printedPrices } from '../../../src/domain/market/market-limits.ts';
import { doUnit } from '../../../src/worker/do-unit.ts';
import { findCandleFile } from '../../../src/adapters/candle-files/find-candle-file.ts';
import { runWorkLoop, type WorkDone } from '../../../src/worker/work-loop.ts';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { onSignal } from '../../unit/backtest/spec-fixture.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const candles = randomSeries(8, 2500, { volatility: 0.004, timeframe: '5m' });
const genome: Genome = {
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 45 } }],
  params: { sl_pct: 0.02, tp_pct: 0.03, size_pct: 0.2, max_positions: 1, direction: 'LONG', leverage: 1 },
};

let directory: string;
let threads: UnitThreads;
let server: TestCoordinator | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-worker-'));
  mkdirSync(join(directory, 'data'));
  writeCandleCsv(join(directory, 'data', FILE), candles);
  writeFileSync(join(directory, 'secret.csv'), 'not for coordinators');
  symlinkSync(join(directory, 'secret.csv'), join(directory, 'data', 'link.csv'));
  threads = createUnitThreads(2);
});
afterAll(async () => {
  await threads.close();
  rmSync(directory, { recursive: true });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const { exchange } = loadCliConfig({ environment: {}, cwd: tmpdir() });

/** Works until no units are left; returns the printed lines too. */
async function work(url: string, workerId: string): Promise<WorkDone & { readonly said: string[] }> {
  const said: string[] = [];
  const candles = createCandleFiles([join(directory, 'data')]);
  const done = await runWorkLoop({
    source: createHttpWorkSource({ url, workerId }),
    work: (unit, signal) => doUnit({ workerId, threads, exchange, candles }, unit, signal),
    say: (text) => said.push(text),
    signal: new AbortController().signal,
    pauseMs: 1,
    random: Math.random,
    once: true,
  });
  return { ...done, said };
}

const unitOf = async (coordinator: TestCoordinator, id: unknown): Promise<Record<string, unknown>> =>
  (await coordinator.call(`/api/work_units/${String(id)}`)).json as Record<string, unknown>;

async function create(coordinator: TestCoordinator, kind: string, params: object): Promise<unknown> {
  const answer = await coordinator.post('/api/work_units', { kind, strategy_params: params, replicas: 2 });
  expect(answer.status).toBe(201);
  return (answer.json as { work_unit_id: number }).work_unit_id;
}

describe('a Bittrading Corp worker', () => {
  it('evaluates a genome like the Python workers; two workers agree and complete the unit', async () => {
    server = await startTestCoordinator();
    const id = await create(server, 'evaluate', { data_file: `data_futures/${FILE}`, seed_genomes: [genome] });
    expect(await work(server.url, 'desk_Linux_W1')).toMatchObject({ done: 1, failed: 0 });
    expect(await work(server.url, 'tower_Linux_W1')).toMatchObject({ done: 1, failed: 0 });
    const unit = await unitOf(server, id);
    expect(unit).toMatchObject({ state: 'completed', replicas_completed: 2 });
    const { strategy_genome: _, ...expected } = submissionOf(unitFrames(candles, 'SPOT'), genome);
    for (const result of unit['results'] as object[])
      expect(result).toMatchObject({ verdict: 'accepted', ...expected });
  });

  it('searches a genetic unit', async () => {
    server = await startTestCoordinator();
    const id = await create(server, 'genetic', { data_file: FILE, population_size: 12, generations: 3 });
    expect(await work(server.url, 'desk_Linux_W1')).toMatchObject({ done: 1 });
    const [result] = (await unitOf(server, id))['results'] as Record<string, unknown>[];
    expect(result).toMatchObject({ verdict: 'accepted', actual_candles: 2500, test_candles: 250 });
    expect(JSON.parse(String(result!['strategy_genome']))).toHaveProperty('entry_rules');
  });

  it('searches with another seed than another worker on the same unit', async () => {
    server = await startTestCoordinator();
    const id = await create(server, 'genetic', { data_file: FILE, population_size: 12, generations: 3 });
    for (const name of ['desk_Linux_W1', 'tower_Linux_W1']) expect((await work(server.url, name)).done).toBe(1);
    const results = (await unitOf(server, id))['results'] as Record<string, unknown>[];
    expect(results).toHaveLength(2);
    expect(results[0]!['strategy_genome']).not.toBe(results[1]!['strategy_genome']);
  });

  it('evaluates specs with the results of the engine', async () => {
    server = await startTestCoordinator();
    const average = (period: number) => ({ indicator: 'sma', params: { period } });
    const specs = [5, 20].map((period) => ({
      ...onSignal,
      entry: { left: { field: 'close' as const }, op: 'crosses-above' as const, right: average(period) },
    }));
    const window = { from: candles.time[100]!, to: candles.time[2000]! };
    const id = await create(server, 'specs', { market: 'TEST-USD', timeframe: '5m', window, specs });
    expect(await work(server.url, 'desk_Linux_W1')).toMatchObject({
      done: 1,
      said: [expect.stringMatching(/reported/)],
    });
    const [result] = (await unitOf(server, id))['results'] as { verdict: string; spec_results: unknown }[];
    expect(result!.verdict).toBe('accepted');
    const engine = createEngine({ ...candles, symbol: 'TEST-USD' });
    // As many decimals as the file prints, which the tick follows from.
    const { fractionDigits } = await createCandleFiles([join(directory, 'data')]).read(FILE);
    const model = {
      market: describedMarket(exchange, 'TEST-USD', printedPrices(candles, fractionDigits)).market,
      slippageRate: exchange.slippageRate,
      stopRangeShare: exchange.stopRangeShare,
      priceImprovement: exchange.priceImprovement,
      initialCash: exchange.paper.startingCash,
    };
    const expected = specs.map((spec) => ({
      hash: hashSpec(spec),
      metrics: engine.measure(spec, model, { from: 100, to: 2000 }),
    }));
    expect(result!.spec_results).toEqual(expected);
  });

  it('reports a unit that it cannot execute and continues with the next', async () => {
    server = await startTestCoordinator();
    await create(server, 'genetic', { data_file: 'nowhere.csv' });
    await create(server, 'genetic', { data_file: FILE, max_candles: 500 });
    await create(server, 'evaluate', { data_file: FILE, seed_genomes: [genome] });
    const { done, failed, said } = await work(server.url, 'desk_Linux_W1');
    expect({ done, failed }).toEqual({ done: 1, failed: 2 });
    expect(said[0]).toMatch(/unit 1: "nowhere\.csv" is in none of/);
    expect(said[1]).toMatch(/unit 2: a work unit needs at least 1000 bars, there are 500/);
  });

  it('stops when the coordinator requests a shutdown', async () => {
    server = await startTestCoordinator();
    await create(server, 'evaluate', { data_file: FILE, seed_genomes: [genome] });
    await server.post('/api/shutdown_worker', { worker_ids: ['desk_Linux_W1'] });
    const { done, said } = await work(server.url, 'desk_Linux_W1');
    expect(done).toBe(0);
    expect(said[0]).toMatch(/^stopping: /);
  });

  it('ends with an error when no server answers and `once` is set', async () => {
    await expect(work('http://127.0.0.1:9', 'desk_Linux_W1')).rejects.toMatchObject({
      code: 'coordinator-away',
    });
  });
});

describe('candle files', () => {
  it.each(['../secret.csv', '/etc/passwd', 'data/../../secret.csv', '..', 'link.csv', 'a\0b.csv'])(
    '%s is not found',
    async (name) => {
      await expect(findCandleFile(name, [join(directory, 'data')])).rejects.toMatchObject({ code: 'no-candles' });
    },
  );
});
