import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { createWorkSource } from '../../../src/adapters/coordinator/work-source.ts';
import { createWorkerData } from '../../../src/adapters/worker-data/worker-data.ts';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import { type StrategyParams } from '../../../src/domain/fleet/strategy-params.ts';
import { templates, buildSpec } from '../../../src/domain/strategies/families/families.ts';
import { type LogFields, type Logger } from '../../../src/ports/logger.ts';
import { type UnitOutcome } from '../../../src/ports/worker-engine.ts';
import { replayMarket } from '../../../src/runtime/import-candles.ts';
import { workerName } from '../../../src/runtime/remote-worker.ts';
import { runWorker, type WorkerTally } from '../../../src/worker/run-worker.ts';
import { createSpecUnitRunner, isSpecUnit } from '../../../src/worker/spec-unit.ts';
import { startCorpCoordinator, type CorpCoordinator } from '../../fixtures/corp-coordinator.ts';
import { call } from '../../fixtures/http-call.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { GENOME, REPORT } from '../forward/forward-fixture.ts';
import { manualClock, type ManualClock } from '../processors/agent-fixture.ts';

const FIVE_MINUTES = 300_000;
const START = Date.UTC(2025, 0, 1);
const BARS = 3000;

let directory: string;
let server: CorpCoordinator | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'corp-worker-'));
  const rows = Array.from({ length: BARS }, (_, i) => {
    const price = 100 + 10 * Math.sin(i / 40) + i / 300;
    const at = new Date(START + i * FIVE_MINUTES).toISOString();
    return [at, price, price + 0.4, price - 0.4, price + 0.1, 1000 + (i % 7)].join(',');
  });
  await writeFile(
    join(directory, 'BTC-USD_FIVE_MINUTE.csv'),
    `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`,
  );
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const { exchange } = loadConfig({ directory: join(process.cwd(), 'config'), environment: {} });

function specRunner(clock: ManualClock) {
  return createSpecUnitRunner({
    data: createWorkerData([directory]),
    clock,
    fillModel: (symbol) => ({
      market: replayMarket(exchange, symbol),
      slippageRate: exchange.slippageRate,
      priceImprovement: exchange.priceImprovement,
      initialCash: exchange.paper.startingCash,
    }),
    async evaluate(_, series, fillModel, items) {
      const engine = createEngine(series);
      return items.map(({ spec, window }) => engine.screen(spec, fillModel, window));
    },
  });
}

interface Said {
  readonly text: string;
  readonly fields: LogFields | undefined;
}

/** A worker that ends when it has found no work twice in a row. */
async function runUntilIdle(
  url: string,
  id: string,
  doUnit: (params: StrategyParams, signal: AbortSignal) => Promise<UnitOutcome>,
  said: Said[] = [],
  token?: string,
): Promise<WorkerTally> {
  const stop = new AbortController();
  const clock = manualClock();
  let pauses = 0;
  const log: Logger = {
    ...silent,
    warn(text, fields) {
      said.push({ text, fields });
    },
  };
  return runWorker({
    id,
    source: createWorkSource({
      url,
      clock,
      pause: async (ms) => clock.pass(ms),
      random: () => 0.5,
      agent: 'test',
      timeoutMs: 5000,
      breaker: { threshold: 5, openMs: 1000 },
      token,
    }),
    doUnit: (params, _, signal) => doUnit(params, signal),
    async pause(ms) {
      clock.pass(ms);
      pauses += 1;
      if (pauses > 3) stop.abort();
    },
    random: () => 0.5,
    log,
    once: false,
    signal: stop.signal,
  });
}

const create = (url: string, body: object) => call(`${url}/api/work_units`, { method: 'POST', body });
const detail = async (url: string, id: number) =>
  (await call(`${url}/api/work_units/${id}`)).json as {
    state: string;
    results: readonly { verdict: string; reason: string | null; spec_results?: unknown; pnl: number }[];
  };

const spec = buildSpec('trend-following', templates('trend-following')[0]!.parameters);
const SPECS = {
  kind: 'specs',
  strategy_params: {
    market: 'BTC-USD',
    timeframe: '15m',
    window: { from: START + 200 * FIVE_MINUTES, to: START + 2900 * FIVE_MINUTES },
    specs: [spec, { ...spec, side: 'long' }],
  },
};

describe('our worker against our coordinator', () => {
  it('does units of our own kind so that two workers agree to the last digit', async () => {
    const clock = manualClock();
    server = await startCorpCoordinator(clock);
    await create(server.url, SPECS);
    const run = specRunner(clock);
    for (const host of ['one', 'two']) {
      const tally = await runUntilIdle(server.url, workerName(host, 'linux', 1), (params, signal) => {
        expect(isSpecUnit(params)).toBe(true);
        return run(params, signal);
      });
      expect(tally).toEqual({ done: 1, skipped: 0, ended: 'asked to' });
    }
    const unit = await detail(server.url, 1);
    expect(unit.results.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['accepted', null],
      ['accepted', null],
    ]);
    expect(unit.state).toBe('completed');
    expect(unit.results[0]?.spec_results).toEqual(unit.results[1]?.spec_results);
    const [first] = unit.results[0]?.spec_results as readonly { metrics: { trades: number } }[];
    expect(first?.metrics.trades).toBeGreaterThan(0);
  });

  it('does searches and single genomes like the existing workers', async () => {
    const clock = manualClock();
    server = await startCorpCoordinator(clock);
    const params = { data_file: 'BTC-USD_FIVE_MINUTE.csv' };
    await create(server.url, { kind: 'genetic', replicas: 1, strategy_params: params });
    await create(server.url, {
      kind: 'evaluate',
      replicas: 1,
      strategy_params: { ...params, seed_genomes: [GENOME] },
    });
    const tally = await runUntilIdle(server.url, 'a_Linux_W1', async () => ({ is: 'done', report: REPORT }));
    expect(tally.done).toBe(2);
    expect((await detail(server.url, 1)).state).toBe('completed');
    expect((await detail(server.url, 2)).results[0]).toMatchObject({ verdict: 'accepted', pnl: 120.5 });
  });

  it('skips what it cannot do, says why, and does the next', async () => {
    const clock = manualClock();
    server = await startCorpCoordinator(clock);
    await create(server.url, {
      kind: 'specs',
      replicas: 1,
      strategy_params: { ...SPECS.strategy_params, market: 'ETH-USD', data_file: '../../ETH-USD.csv' },
    });
    await create(server.url, { kind: 'genetic', replicas: 1, strategy_params: { data_file: 'x.csv' } });
    await create(server.url, { ...SPECS, replicas: 1 });
    const run = specRunner(clock);
    const said: Said[] = [];
    const tally = await runUntilIdle(
      server.url,
      'a_Linux_W1',
      (params, signal) => {
        if (!isSpecUnit(params)) throw new Error('the engine broke');
        return run(params, signal);
      },
      said,
    );
    expect(tally).toMatchObject({ done: 1, skipped: 2 });
    expect(said.map(({ text, fields }) => `${String(fields?.['unit'])} ${text}`)).toEqual([
      '1 skipped: data_file names no file below a data directory',
      '2 skipped: the engine broke',
    ]);
  });

  it('ends when the coordinator tells it to, and shows its token to a coordinator of ours only', async () => {
    const clock = manualClock();
    const token = 'a-token-of-sixteen-letters';
    server = await startCorpCoordinator(clock, { token });
    await server.fleet.orders.shutDown(['a_Linux_W1']);
    const tally = await runUntilIdle(server.url, 'a_Linux_W1', async () => ({ is: 'done', report: {} }), [], token);
    expect(tally.ended).toBe('shut down by the coordinator');
  });

  it('outlives a coordinator that is away', async () => {
    const clock = manualClock();
    const away = await startCorpCoordinator(clock);
    await away.close();
    const said: Said[] = [];
    const tally = await runUntilIdle(away.url, 'a_Linux_W1', async () => ({ is: 'done', report: {} }), said);
    expect(tally).toEqual({ done: 0, skipped: 0, ended: 'asked to' });
    expect(said.length).toBeGreaterThan(0);
  });
});

it('names itself like the existing workers', () => {
  expect(workerName('studio.local', 'darwin', 3)).toBe('studio.local_Darwin_W3');
  expect(workerName('my box', 'win32', 1)).toBe('my-box_Windows_W1');
  expect(workerName('n1', 'linux', 2)).toBe('n1_Linux_W2');
});
