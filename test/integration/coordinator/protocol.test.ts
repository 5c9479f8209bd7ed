import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fleetViolations } from '../../fixtures/fleet/violations.ts';
import { search, single } from '../../fixtures/fleet/open-fleet.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { MINUTE, ROOT_REPORT, RULES, T0 } from '../../unit/fleet/fleet-fixture.ts';

const A = 'studio.local_Darwin_W1';
const B = 'box_Linux_W2';
const RECEIVED = { message: 'Result received', status: 'success' };
const NOTHING = { work_id: null, message: 'No work available' };

let server: TestCoordinator;
beforeEach(async () => {
  server = await startTestCoordinator();
});
afterEach(() => server.stop());

const getWork = async (worker: string, more = '') =>
  server.call(`/api/get_work?worker_id=${encodeURIComponent(worker)}${more}`);
const submit = (workId: unknown, worker: unknown, body: object = ROOT_REPORT) =>
  server.post('/api/submit_result', { work_id: workId, worker_id: worker, ...body });

describe('get_work', () => {
  it('answers in the format of the Python workers', async () => {
    expect(await getWork(A)).toMatchObject({ status: 200, json: NOTHING });
    await server.fleet.createUnits([search({ replicas: 2 })]);
    const { status, json, headers } = await getWork(A);
    expect(status).toBe(200);
    expect(json).toEqual({ work_id: 1, strategy_params: search().params, replica_number: 1, replicas_needed: 2 });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect((await getWork(B)).json).toMatchObject({ work_id: 1, replica_number: 2 });
    expect((await getWork(A)).json).toEqual(NOTHING);
  });

  it('requires the id of the worker', async () => {
    for (const path of ['/api/get_work', '/api/get_work?worker_id=', '/api/get_work?worker=x']) {
      expect(await server.call(path)).toMatchObject({ status: 400, json: { error: 'worker_id required' } });
    }
    expect((await getWork('x'.repeat(201))).status).toBe(400);
  });

  it('a HEAD assigns nothing; other methods and paths are refused as JSON', async () => {
    await server.fleet.createUnits([search()]);
    expect(await server.call(`/api/get_work?worker_id=${A}`, { method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
    });
    expect((await server.stores.units.get(1))?.leases).toEqual([]);
    expect(await server.post(`/api/get_work?worker_id=${A}`, {})).toMatchObject({
      status: 405,
      json: { error: expect.any(String) as string },
    });
    expect(await server.call(`/api/get_work/?worker_id=${A}`)).toMatchObject({
      status: 404,
      json: { code: 'not-found' },
    });
    expect((await server.stores.units.get(1))?.leases).toEqual([]);
  });

  it('registers the worker', async () => {
    await server.call(`/api/get_work?worker_id=${A}`, { headers: { 'user-agent': 'python-requests/2.31' } });
    const { workers } = (await server.call('/api/workers')).json as { workers: readonly object[] };
    expect(workers).toEqual([
      {
        id: A,
        hostname: 'studio',
        platform: 'python-requests/2.31',
        last_seen: T0 / 1000,
        last_seen_minutes_ago: 0,
        work_units_completed: 0,
        total_execution_time: 0,
        status: 'active',
      },
    ]);
    server.clock.pass(5 * MINUTE);
    expect((await server.call('/api/workers')).json).toMatchObject({
      workers: [{ last_seen_minutes_ago: 5, status: 'inactive' }],
    });
  });

  it('assigns specs only to workers that accept them', async () => {
    await server.fleet.createUnits([search({ kind: 'specs', params: { specs: [] } })]);
    expect((await getWork(A)).json).toEqual(NOTHING);
    expect((await getWork(A, '&accepts=other')).json).toEqual(NOTHING);
    expect((await getWork(A, '&accepts=specs')).json).toMatchObject({ work_id: 1 });
  });
});

describe('submit_result', () => {
  it('refuses numbers beyond those of JSON', async () => {
    const send = (body: string) =>
      server.call('/api/submit_result', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    for (const body of [
      `{"work_id":1e400,"worker_id":"${A}","pnl":1}`,
      `{"work_id":1,"worker_id":1e400,"pnl":1}`,
      `{"work_id":-1e400,"worker_id":"${A}"}`,
      `{"work_id":NaN,"worker_id":"${A}"}`,
    ])
      expect((await send(body)).status, body).toBe(400);
  });

  beforeEach(async () => {
    await server.fleet.createUnits([search(), search({ replicas: 1 })]);
    await getWork(A);
    await getWork(B);
    await getWork(A);
  });

  it('accepts reports of two workers, which complete the unit', async () => {
    expect(await submit(1, A)).toMatchObject({ status: 200, json: RECEIVED });
    expect(await submit(1, B)).toMatchObject({ status: 200, json: RECEIVED });
    expect((await server.stores.units.get(1))?.state).toBe('completed');
  });

  it.each([
    ['as text', '1'],
    ['with a zero fraction', 1.0],
  ])('takes a work_id %s', async (_, workId) => {
    expect(await submit(workId, A)).toMatchObject({ status: 200, json: RECEIVED });
    expect((await server.stores.results.ofUnit(1)).map(({ verdict }) => verdict)).toEqual(['accepted']);
  });

  it.each([77, '77', 1.5, -1, 0, 2 ** 53, 1e300, 'abc', ' 1', '1.0', '99999999999999999999'])(
    'stores a report on unit %j as an orphan, and lets the worker continue',
    async (workId) => {
      expect(await submit(workId, A)).toMatchObject({ status: 200, json: RECEIVED });
      expect(await server.stores.orphans.list(10)).toMatchObject([{ workId: String(workId), why: 'unknown-unit' }]);
      expect(await server.stores.results.newest(10)).toEqual([]);
    },
  );

  it.each<[string, string]>([
    ['nothing', '{}'],
    ['a list', '[]'],
    ['a list with something', '[{"work_id":1,"worker_id":"a"}]'],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"x"'],
    ['no worker', '{"work_id":1}'],
    ['no unit', `{"worker_id":"${A}"}`],
    ['null for the unit', `{"work_id":null,"worker_id":"${A}"}`],
    ['null for the worker', '{"work_id":1,"worker_id":null}'],
    ['an object for the unit', `{"work_id":{},"worker_id":"${A}"}`],
    ['true for the unit', `{"work_id":true,"worker_id":"${A}"}`],
    ['a list for the worker', '{"work_id":1,"worker_id":["a"]}'],
    ['empty names', '{"work_id":"","worker_id":""}'],
  ])('that is %s is answered with 400 and changes nothing', async (_, body) => {
    const answer = await server.call('/api/submit_result', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { error: 'work_id and worker_id required' } });
    expect(await server.stores.results.newest(10)).toEqual([]);
    expect(await server.stores.orphans.list(10)).toEqual([]);
  });

  it.each<[string, string]>([
    ['cut off', `{"work_id":1,"worker_id":"${A}"`],
    ['no JSON', 'work_id=1'],
    ['binary', '\u0000\u0001\u0002'],
    ['two documents', '{} {}'],
    ['deeper than any valid body', `{"work_id":1,"worker_id":"${A}","x":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['deeper than the stack', `${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`],
  ])('that is %s is answered with 400 as JSON', async (_, body) => {
    const headers = { 'content-type': 'application/json' };
    expect(await server.call('/api/submit_result', { method: 'POST', headers, body })).toMatchObject({
      status: 400,
      json: { error: expect.any(String) as string, code: 'malformed-json' },
    });
  });

  it('without a body, of another type, or too large, is refused as JSON', async () => {
    expect(await server.call('/api/submit_result', { method: 'POST' })).toMatchObject({ status: 400 });
    const body = `work_id=1&worker_id=${A}`;
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type };
      expect(await server.call('/api/submit_result', { method: 'POST', headers, body })).toMatchObject({
        status: 415,
        json: { error: expect.any(String) as string },
      });
    }
    expect(await submit(1, A, { ...ROOT_REPORT, padding: 'x'.repeat(300 * 1024) })).toMatchObject({
      status: 413,
      json: { error: 'the body is larger than 256 kB' },
    });
  });

  it.each<[string, string]>([
    ['NaN', '"pnl": NaN'],
    ['Infinity', '"pnl": Infinity'],
    ['-Infinity', '"pnl": -Infinity'],
    ['null', '"pnl": null'],
    ['a number as text', '"pnl": "12"'],
    ['beyond what a number holds', '"pnl": 1e999'],
    ['a list', '"trades": [1]'],
  ])('with %s for a number is invalid: answered with 200, and the replica goes on', async (_, field) => {
    const headers = { 'content-type': 'application/json' };
    const { pnl: _pnl, trades: _trades, ...rest } = ROOT_REPORT;
    const others = JSON.stringify(rest).slice(1);
    const body = `{"work_id": 2, "worker_id": "${A}", ${field}, ${others}`;
    expect(await server.call('/api/submit_result', { method: 'POST', headers, body })).toMatchObject({
      status: 200,
      json: RECEIVED,
    });
    const [row] = await server.stores.results.ofUnit(2);
    expect(row).toMatchObject({ verdict: 'invalid', reason: expect.stringMatching(/^(pnl|trades) /) as string });
    // The replica of unit 1 that A gave up comes first.
    expect((await getWork('third_Linux_W1')).json).toMatchObject({ work_id: 1, replica_number: 1 });
    expect((await getWork('fourth_Linux_W1')).json).toMatchObject({ work_id: 2, replica_number: 1 });
  });

  it('NaN inside a string is left alone', async () => {
    const genome = '{"entry_rules": [], "params": {"note": "NaN, Infinity and -Infinity"}}';
    const body = JSON.stringify({ work_id: 2, worker_id: A, ...ROOT_REPORT, strategy_genome: genome });
    const headers = { 'content-type': 'application/json' };
    const asPython = body.replace('"pnl":120.5', '"pnl":120.5,"cv_avg_pnl":NaN');
    expect(await server.call('/api/submit_result', { method: 'POST', headers, body: asPython })).toMatchObject({
      status: 200,
    });
    expect(await server.stores.results.ofUnit(2)).toMatchObject([{ verdict: 'invalid', strategy_genome: genome }]);
  });

  it('with a genome as an object is accepted', async () => {
    const genome = JSON.parse(ROOT_REPORT.strategy_genome) as object;
    expect(await submit(2, A, { ...ROOT_REPORT, strategy_genome: genome })).toMatchObject({ status: 200 });
    expect(await server.stores.results.ofUnit(2)).toMatchObject([
      { verdict: 'accepted', strategy_genome: JSON.stringify(genome) },
    ]);
  });

  it('with unknown fields, or from a worker with a numeric name, is accepted', async () => {
    expect(await submit(2, A, { ...ROOT_REPORT, colour: 'red' })).toMatchObject({ status: 200 });
    expect(await submit(1, 7)).toMatchObject({ status: 200, json: RECEIVED });
    expect(await server.stores.orphans.list(10)).toMatchObject([{ workerId: '7', why: 'never-assigned' }]);
  });

  it('sent twice counts once, also after its lease ran out', async () => {
    await submit(2, A);
    await submit(2, A);
    server.clock.pass(RULES.leaseMs);
    await server.fleet.sweep();
    await submit(1, B);
    await submit(1, B);
    await submit(1, A);
    server.clock.pass(MINUTE);
    await server.fleet.sweep();
    expect(await server.stores.results.newest(10)).toHaveLength(3);
    expect((await server.stores.units.counts()).completed).toBe(2);
    expect(await fleetViolations(server.stores)).toEqual([]);
  });
});

describe('what dashboards read', () => {
  const KEYS = {
    status: ['best_strategy', 'timestamp', 'validation_criteria', 'work_units', 'workers'],
    best: [
      ...['actual_candles', 'asset', 'backtest_days', 'candles_per_day', 'data_file', 'execution_time', 'is_canonical'],
      ...['is_overfitted', 'is_validated', 'max_candles', 'max_drawdown', 'oos_degradation', 'oos_pnl', 'oos_trades'],
      ...['pnl', 'result_id', 'risk_level', 'robustness_score', 'sharpe_ratio', 'timeframe', 'trades', 'train_pnl'],
      ...['win_rate', 'work_unit_id', 'worker_id', 'worker_short'],
    ],
  };
  const keysOf = (value: unknown): readonly string[] => Object.keys(value as object).sort();

  it('status counts units and names the best strategy', async () => {
    await server.fleet.createUnits([search(), search({ replicas: 1 }), search(), search()]);
    const before = (await server.call('/api/status')).json as Record<string, unknown>;
    expect(keysOf(before)).toEqual(KEYS.status);
    expect(before).toMatchObject({
      work_units: { total: 4, completed: 0, pending: 4, in_progress: 0 },
      workers: { active: 0 },
      best_strategy: null,
      validation_criteria: { min_trades: 20, max_sharpe: 10 },
    });
    await getWork(B);
    await getWork(A);
    await submit(1, A, { ...ROOT_REPORT, oos_pnl: 1 });
    await getWork(A);
    await submit(2, A);
    const after = (await server.call('/api/status')).json as { best_strategy: unknown };
    expect(after).toMatchObject({
      work_units: { total: 4, completed: 1, pending: 2, in_progress: 1 },
      workers: { active: 2 },
    });
    expect(keysOf(after.best_strategy)).toEqual(KEYS.best);
    expect(after.best_strategy).toMatchObject({
      pnl: ROOT_REPORT.oos_pnl,
      train_pnl: ROOT_REPORT.pnl,
      work_unit_id: 2,
      worker_id: A,
      worker_short: 'studio_W1',
      is_canonical: true,
      is_validated: true,
      asset: 'BTC-USD',
      timeframe: '5m',
      candles_per_day: 288,
    });
    // Read requests do not change units.
    server.clock.pass(60 * MINUTE);
    await server.call('/api/status');
    expect((await server.stores.units.get(1))?.leases[0]?.state).toBe('running');
  });

  it('results are the canonical ones, the best first; all results are newest first', async () => {
    await server.fleet.createUnits([search(), search(), single()]);
    const both = async (unitId: number, ofA: object, ofB: object): Promise<void> => {
      for (const worker of [A, B]) await getWork(worker);
      await submit(unitId, A, { ...ROOT_REPORT, ...ofA });
      await submit(unitId, B, { ...ROOT_REPORT, ...ofB });
    };
    await both(1, { oos_pnl: 10 }, { pnl: 125, oos_pnl: 20 });
    await both(2, { oos_pnl: 30 }, { oos_pnl: -10 });
    await getWork(A);
    server.clock.pass(1);
    await submit(3, A, { ...ROOT_REPORT, pnl: null });

    const { count, results } = (await server.call('/api/results')).json as {
      count: number;
      results: readonly object[];
    };
    expect(count).toBe(2);
    expect(results).toMatchObject([
      { work_id: 2, worker_id: A, oos_pnl: 30, is_canonical: true },
      { work_id: 1, worker_id: B, oos_pnl: 20, strategy_params: { generations: 80 } },
    ]);
    expect(keysOf(results[0])).toEqual(
      [
        ...['work_id', 'worker_id', 'pnl', 'trades', 'win_rate', 'sharpe_ratio', 'max_drawdown', 'execution_time'],
        ...['is_canonical', 'is_overfitted', 'oos_pnl', 'oos_trades', 'oos_degradation', 'robustness_score'],
        'strategy_params',
      ].sort(),
    );
    const counted = async (query: string) =>
      ((await server.call(`/api/results?${query}`)).json as { count: number }).count;
    expect(await counted('limit=1')).toBe(1);
    expect(await counted('limit=x&overfitted=maybe&min_pnl=y')).toBe(2);
    expect(await counted('limit=-1&overfitted=0')).toBe(2);
    expect(await counted('overfitted=1')).toBe(0);
    expect(await counted('min_pnl=121')).toBe(1);
    expect(await counted('min_sharpe=3')).toBe(0);

    const all = (await server.call('/api/results/all?limit=4')).json as { results: readonly Record<string, unknown>[] };
    expect(all.results).toHaveLength(4);
    expect(all.results[0]).toMatchObject({
      work_unit_id: 3,
      validated: 0,
      is_canonical: 0,
      submitted_at: (T0 + 1) / 1000,
    });
    expect(all.results.some((row) => 'strategy_genome' in row)).toBe(false);
  });

  it('dashboard_stats and parallel_activity have the fields that the pages of the Python coordinator read', async () => {
    await server.fleet.createUnits([search(), search({ replicas: 1 })]);
    await getWork(A);
    await submit(1, A);
    await getWork(B);
    const stats = (await server.call('/api/dashboard_stats')).json as Record<string, Record<string, unknown>[]>;
    expect(Object.keys(stats)).toEqual(expect.arrayContaining(['best_strategy', 'elite_count', 'timestamp']));
    expect(keysOf(stats['asset_stats']![0])).toEqual([
      ...['asset', 'avg_pnl', 'category', 'completed', 'data_file', 'max_pnl', 'total_time', 'total_trades'],
      'total_wus',
    ]);
    expect(keysOf(stats['completion_timeline']![0])).toEqual(['count', 'hour_unix']);
    expect(keysOf(stats['performance'])).toEqual([
      ...['avg_execution_time', 'avg_pnl', 'canonical_count', 'canonical_rate', 'last_result_unix'],
      ...['positive_pnl_count', 'results_per_hour', 'simulated_capital', 'total_compute_time', 'total_results'],
      ...['v2_avg_pnl', 'v2_best', 'v2_max_pnl', 'v2_positive', 'v2_total', 'validated_count'],
    ]);
    expect(keysOf(stats['pnl_timeline']![0])).toEqual([
      'is_canonical',
      'pnl',
      'timestamp',
      'work_unit_id',
      'worker_id',
    ]);
    expect(keysOf(stats['worker_stats']![0])).toEqual([
      ...['hostname', 'id', 'last_seen', 'last_seen_minutes_ago', 'machine', 'max_pnl', 'short_name', 'status'],
      ...['total_execution_time', 'work_units_completed'],
    ]);
    expect(stats['workers']).toMatchObject({ active: 2, total_registered: 2 });
    const activity = (await server.call('/api/parallel_activity')).json;
    expect(keysOf(activity)).toEqual([
      ...['active_workers', 'activity_timeline', 'in_progress_wus', 'parallelism_level', 'timestamp', 'total_active'],
      'workers_by_machine',
    ]);
    expect(activity).toMatchObject({
      total_active: 2,
      parallelism_level: 1,
      in_progress_wus: [{ id: 1, replicas_completed: 1, workers: [B] }],
    });
    server.clock.pass(2 * MINUTE);
    expect((await server.call('/api/parallel_activity')).json).toMatchObject({ total_active: 0, active_workers: [] });
  });

  it.each(['/', '/mobile'])('%s is a page, whose files are served', async (path) => {
    const page = await server.call(path);
    expect(page).toMatchObject({ status: 200 });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect((await server.call(file)).status, file).toBe(200);
  });

  it('dashboard_stats count everything', async () => {
    await server.fleet.createUnits([search({ replicas: 1 })]);
    await getWork(A);
    await submit(1, A);
    expect((await server.call('/api/dashboard_stats')).json).toMatchObject({
      work_units: { total: 1, completed: 1, failed: 0 },
      workers: { total: 1, active: 1, quarantined: 0, suspect: 0 },
      results: { total: 1, accepted: 1 },
      total_execution_time: ROOT_REPORT.execution_time,
    });
  });
});

describe('controls', () => {
  it('shut workers down: each gets the command once, and a limit refuses further workers', async () => {
    await getWork(A);
    await getWork('studio.local_Darwin_W2');
    expect((await server.post('/api/shutdown_worker', { worker_ids: [A] })).json).toEqual({
      status: 'ok',
      queued: 1,
      worker_ids: [A],
    });
    expect((await getWork(A)).json).toEqual({ work_id: null, shutdown: true, message: expect.any(String) as string });
    expect((await getWork(A)).json).toEqual(NOTHING);
    expect((await server.post('/api/shutdown_worker', { hostname: 'studio', keep: 1 })).json).toEqual({
      status: 'ok',
      queued: 1,
      worker_ids: ['studio.local_Darwin_W2'],
      kept: 1,
    });
    expect((await server.call('/api/worker_limits')).json).toEqual({ limits: { studio: 1 } });
    for (const body of [{}, [], null, { keep: 1 }, { worker_ids: [] }, { worker_ids: 'x' }, { hostname: 1 }]) {
      expect(await server.post('/api/shutdown_worker', body)).toMatchObject({
        status: 400,
        json: { error: expect.any(String) as string },
      });
    }
    expect((await server.post('/api/shutdown_worker', {})).json).toMatchObject({
      error: 'Provide worker_ids or hostname',
    });
  });

  it('limit the workers of a host', async () => {
    const limit = { hostname: 'Studio', max_workers: 0 };
    expect(await server.post('/api/worker_limits', limit)).toMatchObject({
      status: 200,
      json: { status: 'ok', ...limit },
    });
    expect((await getWork(A)).json).toMatchObject({ shutdown: true });
    expect((await getWork(B)).json).toEqual(NOTHING);
    const body = '{"hostname":"studio"}';
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const gone = await server.call('/api/worker_limits', { method: 'DELETE', headers, body });
    expect(gone).toMatchObject({ status: 200, json: { removed: true } });
    expect((await getWork(A)).json).toEqual(NOTHING);
    expect(await server.post('/api/worker_limits', { hostname: 'x', max_workers: '2' })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('max_workers') as string },
    });
  });

  it('quarantine a worker and release it', async () => {
    await server.fleet.createUnits([search({ replicas: 1 }), search({ replicas: 1 })]);
    await getWork(A);
    await submit(1, A);
    const path = `/api/workers/${encodeURIComponent(A)}`;
    expect((await server.post(`${path}/quarantine`, { reason: 'a test' })).json).toEqual({
      worker_id: A,
      quarantined: true,
      work_units_changed: 1,
    });
    expect((await getWork(A)).json).toEqual(NOTHING);
    expect((await server.call('/api/fleet')).json).toMatchObject({
      workers: [{ worker_id: A, quarantine: 'a test', completed: 1 }],
      results: { quarantined: 1 },
      work_units: { pending: 2 },
    });
    expect((await server.post(`${path}/quarantine`, {})).status).toBe(400);
    expect((await server.call(`${path}/release`, { method: 'POST' })).json).toEqual({ worker_id: A, released: true });
    expect((await getWork(A)).json).toMatchObject({ work_id: 2 });
  });
});
