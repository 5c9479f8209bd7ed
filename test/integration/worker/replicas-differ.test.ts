import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCandleFiles } from '../../../src/adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../../../src/adapters/threads/unit-threads.ts';
import { createHttpWorkSource } from '../../../src/adapters/work-source/http-work-source.ts';
import { loadCliConfig } from '../../../src/cli/process/load-cli-config.ts';
import { type UnitThreads } from '../../../src/ports/fleet/unit-threads.ts';
import { doUnit } from '../../../src/worker/do-unit.ts';
import { runWorkLoop } from '../../../src/worker/work-loop.ts';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { createPythonDatabase, type PythonUnit } from '../../fixtures/python/units.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const FILE = 'TEST-USD_FIVE_MINUTE.csv';
const SEARCHES = 8;
const ORPHANED_MS = 11 * 60_000;
const WORKER = 'desk_Linux_W1';

let directory: string;
let threads: UnitThreads;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-replicas-'));
  writeCandleCsv(join(directory, FILE), randomSeries(8, 2500, { volatility: 0.004, timeframe: '5m' }));
  threads = createUnitThreads(2);
});
afterAll(async () => {
  await threads.close();
  rmSync(directory, { recursive: true });
});

/** The worker endpoints of the Python coordinator, which may give one worker both replicas of a unit. */
function serve(database: ReturnType<typeof createPythonDatabase>): Server {
  let given: PythonUnit | null = null;
  return createServer((request, response) => {
    const json = (body: object): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (request.url?.startsWith('/api/get_work')) {
      given = database.assign();
      const { id, params, assigned, needed } = given ?? {};
      return json(
        given === null
          ? { work_id: null, message: 'No work available' }
          : { work_id: id, strategy_params: params, replica_number: assigned, replicas_needed: needed },
      );
    }
    if (request.url === '/api/submit_result') {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        database.submit(given!, WORKER, JSON.parse(text) as Record<string, unknown>);
        json({ status: 'success' });
      });
      return;
    }
    response.statusCode = 404;
    response.setHeader('content-type', 'text/html');
    response.end('<h1>Not Found</h1>');
  });
}

it('both replicas of 8 searches differ although one worker runs them all, also after the coordinator reset a replica', async () => {
  let now = 0;
  const database = createPythonDatabase(() => now);
  for (let n = 0; n < SEARCHES; n += 1) {
    database.add({ data_file: FILE, population_size: 12, generations: 2 + n, market_type: 'SPOT' }, 2);
  }
  const server = serve(database).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { exchange } = loadCliConfig({ environment: {}, cwd: tmpdir() });
  const candles = createCandleFiles([directory]);
  const work = () =>
    runWorkLoop({
      source: createHttpWorkSource({ url, workerId: WORKER }),
      work: (unit, signal) => doUnit({ workerId: WORKER, threads, exchange, candles }, unit, signal),
      say: () => undefined,
      signal: new AbortController().signal,
      pauseMs: 1,
      random: Math.random,
      once: true,
    });
  try {
    expect(await work()).toEqual({ done: 2 * SEARCHES, failed: 0 });
    const genomesOf = (unit: PythonUnit): readonly unknown[] =>
      database.results.filter((result) => result.unit === unit).map(({ figures }) => figures['strategy_genome']);
    for (const unit of database.units) {
      expect(genomesOf(unit)).toHaveLength(2);
      expect(new Set(genomesOf(unit)).size, `unit ${unit.id}`).toBe(2);
    }
    // The coordinator counts one report, takes the other replica for lost, and gives its number again.
    const [unit] = database.units;
    Object.assign(unit!, { completed: 1, status: 'in_progress' });
    now += ORPHANED_MS;
    database.updateStatuses();
    expect(await work()).toEqual({ done: 1, failed: 0 });
    expect(new Set(genomesOf(unit!)).size).toBe(3);
  } finally {
    server.close();
    await once(server, 'close');
  }
});
