import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestRedis } from '../../fixtures/redis-server.ts';
import { call } from '../../fixtures/http-call.ts';
import { eliteRow, pythonDatabase, resultRow, unitRow } from '../../fixtures/python/database.ts';
import { workspace, type Workspace } from './corp-process.ts';

interface Announcement {
  readonly coordinator: string;
  /** Present when a company runs too. */
  readonly api?: string;
  readonly services: { readonly redis: string; readonly mongo: string };
}

/** Runs a long-running command, calls `use` with its announcement, and ends it with SIGTERM. */
async function running(
  { spawn }: Workspace,
  args: readonly string[],
  use: (announced: Announcement) => Promise<void>,
): Promise<void> {
  const child = spawn(...args);
  const errors = text(child.stderr!);
  const ended = once(child, 'close');
  try {
    const [line] = (await Promise.race([once(child.stdout!, 'data'), ended.then(() => errors)])) as [Buffer];
    await use(JSON.parse(line.toString()) as Announcement);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  expect(child.exitCode, await errors).toBe(0);
}

async function expectServing({ coordinator: url, services }: Announcement): Promise<void> {
  expect(services).toMatchObject({ redis: 'private' });
  expect((await call(`${url}/api/corp`)).json).toEqual({ server: 'bittrading-corp', protocol: 1 });
  expect((await call(`${url}/ready`)).json).toEqual({ ready: true, missing: {} });
  const body = { kind: 'genetic', replicas: 1, strategy_params: { data_file: 'X-USD_ONE_MINUTE.csv' } };
  expect((await call(`${url}/api/work_units`, { method: 'POST', body })).status).toBe(201);
  expect((await call(`${url}/api/get_work?worker_id=a_Linux_W1`)).json).toMatchObject({
    work_id: 1,
    replicas_needed: 1,
  });
}

describe('corp coordinator import', () => {
  it('brings units, results and genomes, queues what is open, and changes nothing the second time', async () => {
    const place = workspace();
    const file = join(place.directory, 'old.db');
    const rows = {
      work_units: [
        unitRow(1, { status: 'completed', canonical_result_id: 1 }),
        unitRow(2),
        unitRow(3, { strategy_params: '{' }),
      ],
      results: [resultRow(1, 1, { is_canonical: 1 }), resultRow(2, 1)],
      elite_genomes: [eliteRow(1)],
    };
    writeFileSync(file, await pythonDatabase(rows));
    const first = await place.corp('coordinator', 'import', 'old.db');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout.trim().split('\n')).toEqual([
      'work unit 3: strategy_params is not JSON of an object',
      'Imported work units 2 of 3, 1 of them queued; results 2 of 2; genomes 1 of 1 as candidates of the simulated company; not imported: 1',
    ]);
    const { exitCode, stdout } = await place.corp('coordinator', 'import', file, '--json');
    expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({
      exitCode: 0,
      units: { imported: 0, known: 2 },
      results: { imported: 0, known: 2 },
      genomes: { imported: 0, known: 1 },
      notImported: [{ table: 'work_units', id: '3' }],
    });
    const { items } = await place.json<{ items: object[] }>('strategies');
    expect(items).toMatchObject([{ state: 'candidate', searched: { trials: 2 * 100 * 80, isEstimate: true } }]);
    await running(place, ['coordinator', '--port', '0', '--json'], async ({ coordinator: url }) => {
      expect((await call(`${url}/api/status`)).json).toMatchObject({ work_units: { completed: 1, pending: 1 } });
      expect((await call(`${url}/api/results`)).json).toMatchObject({ count: 1, results: [{ pnl: 101 }] });
      expect((await call(`${url}/api/work_units/1`)).json).toMatchObject({
        state: 'completed',
        replicas_needed: 2,
        replicas_completed: 2,
        imported: { work_unit_id: 1, results: 2 },
        results: [{ verdict: 'imported' }, { verdict: 'imported' }],
      });
      expect((await call(`${url}/api/get_work?worker_id=a_Linux_W1`)).json).toMatchObject({ work_id: 2 });
    });
  });

  it('refuses a file that is none, with one line', async () => {
    const place = workspace();
    writeFileSync(join(place.directory, 'old.db'), 'id,pnl');
    const { exitCode, stderr } = await place.corp('coordinator', 'import', 'old.db');
    expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
    expect(stderr).toContain('is not an SQLite database');
  });
});

describe('corp coordinator', () => {
  it('serves workers, keeps its units over a restart, and ends on a signal', async () => {
    const place = workspace();
    const args = ['coordinator', '--port', '0', '--json'];
    await running(place, args, expectServing);
    await running(place, args, async ({ coordinator: url }) => {
      expect((await call(`${url}/api/work_units/1`)).json).toMatchObject({
        state: 'in_progress',
        replicas_assigned: 1,
      });
      expect((await call(`${url}/api/get_work?worker_id=a_Linux_W1`)).json).toMatchObject({ work_id: null });
    });
  });

  it('waits for a Redis that is started after it', async () => {
    const redis = await startTestRedis();
    onTestFinished(() => redis.stop());
    await redis.kill();
    const place = workspace();
    Object.assign(place.environment, { REDIS_URL: redis.url });
    const child = place.spawn('coordinator', '--port', '0', '--json');
    const ended = once(child, 'close');
    try {
      const errors = createInterface({ input: child.stderr! });
      const [line] = (await once(errors, 'line')) as [string];
      expect(line).toMatch(/Redis at redis:.* does not answer: .* \(waiting for it: \d+ s left\)/);
      await redis.start();
      const [announcement] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer];
      expect(JSON.parse(announcement.toString())).toMatchObject({ services: { redis: 'external' } });
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
    expect(child.exitCode).toBe(0);
  });

  it('is a role of corp start, with or without a company around it', async () => {
    const place = workspace();
    Object.assign(place.environment, { CORP_AGENTS__COORDINATOR__PORT: '0' });
    const start = (roles: string) => ['start', '--roles', roles, '--port', '0', '--json'];
    await running(place, start('services,coordinator'), expectServing);
    await running(place, start('services,processors,feed,api,coordinator'), async ({ coordinator: url, api }) => {
      expect((await call(`${api}/info`)).status).toBe(200);
      expect((await call(`${url}/api/work_units/1`)).json).toMatchObject({ state: 'in_progress' });
    });
  });

  it('gives a unit to one worker per machine with --distinct hosts', async () => {
    const place = workspace();
    await running(
      place,
      ['coordinator', '--port', '0', '--distinct', 'hosts', '--json'],
      async ({ coordinator: url }) => {
        const body = { kind: 'genetic', strategy_params: { data_file: 'X-USD_ONE_MINUTE.csv' } };
        await call(`${url}/api/work_units`, { method: 'POST', body });
        const ask = async (worker: string) => (await call(`${url}/api/get_work?worker_id=${worker}`)).json;
        expect(await ask('a_Linux_W1')).toMatchObject({ work_id: 1 });
        expect(await ask('a_Linux_W2')).toMatchObject({ work_id: null });
        expect(await ask('b_Linux_W1')).toMatchObject({ work_id: 1 });
      },
    );
  });

  it('reports that its port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { exitCode, stderr } = await workspace().corp('coordinator', '--port', String(port));
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(new RegExp(`corp: cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`));
    } finally {
      taken.close();
    }
  });
});
