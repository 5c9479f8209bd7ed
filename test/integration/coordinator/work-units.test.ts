import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { ROOT_REPORT, T0 } from '../../unit/fleet/fleet-fixture.ts';
import { onSignal } from '../../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../../unit/research/trial-fixture.ts';

const [A, B] = ['studio.local_Darwin_W1', 'box_Linux_W2'];
const GENOME = {
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 30 } }],
  params: { sl_pct: 0.02, tp_pct: 0.05, size_pct: 0.1, max_positions: 1, direction: 'LONG', leverage: 1 },
};
const FILE = { data_file: 'BTC-USD_FIVE_MINUTE.csv' };
const EVALUATE = { kind: 'evaluate', strategy_params: { ...FILE, max_candles: 50_000, seed_genomes: [GENOME] } };
const GENETIC = { kind: 'genetic', strategy_params: { ...FILE, population_size: 50, generations: 100 } };
const SPECS = {
  kind: 'specs',
  strategy_params: { market: 'BTC-USD', timeframe: '1h', window: { from: 0, to: 3_600_000 }, specs: [onSignal] },
};

let server: TestCoordinator;
beforeEach(async () => {
  server = await startTestCoordinator();
});
afterEach(() => server.stop());

const create = (body: unknown) => server.post('/api/work_units', body);
const work = (worker: string, more = '') => server.call(`/api/get_work?worker_id=${worker}${more}`);
const report = (id: number, worker: string, body: object = ROOT_REPORT) =>
  server.post('/api/submit_result', { work_id: id, worker_id: worker, ...body });

it('a client recognises the server', async () => {
  expect(await server.call('/api/corp')).toMatchObject({
    status: 200,
    json: { server: 'bittrading-corp', protocol: 1 },
  });
});

describe('making a unit', () => {
  it('answers 201; the same key and body again 200; the same key with another body 409', async () => {
    const body = { key: 'cycle-1/unit-7', ...EVALUATE };
    expect(await create(body)).toMatchObject({ status: 201, json: { work_unit_id: 1, created: true } });
    expect(await create(body)).toMatchObject({ status: 200, json: { work_unit_id: 1, created: false } });
    // Key order and explicit defaults do not make a different request.
    const same = { strategy_params: { ...EVALUATE.strategy_params, seed_ratio: 1 }, kind: 'evaluate', replicas: 2 };
    expect(await create({ ...same, priority: 5, key: body.key })).toMatchObject({ status: 200 });
    expect(await create({ ...body, replicas: 3 })).toMatchObject({
      status: 409,
      json: { error: expect.stringContaining("'cycle-1/unit-7'") as string, code: 'key-in-use' },
    });
    expect(await create(EVALUATE)).toMatchObject({ status: 201 });
    expect((await server.stores.units.list({ limit: 10 })).map(({ key }) => key)).toEqual([body.key, '#5']);
  });

  it('a unit of one genome reaches workers with parameters that evaluate exactly this genome', async () => {
    await create(EVALUATE);
    expect((await work(A)).json).toMatchObject({
      work_id: 1,
      strategy_params: {
        ...EVALUATE.strategy_params,
        ...{ population_size: 1, generations: 1, seed_ratio: 1, seed_genomes: [GENOME] },
      },
      replicas_needed: 2,
    });
  });

  it('says at once, and while it is silent, that no worker has reported on its file', async () => {
    const note =
      'no worker has reported on BTC-USD_FIVE_MINUTE.csv lately: one that does not have the file stays silent';
    expect((await create(GENETIC)).json).toEqual({ work_unit_id: 1, created: true, note });
    expect((await server.call('/api/work_units/1')).json).toMatchObject({ note });
    await work(A);
    await report(1, A);
    server.clock.pass(15_000);
    expect((await server.call('/api/work_units/1')).json).not.toHaveProperty('note');
    expect((await create(GENETIC)).json).toEqual({ work_unit_id: 2, created: true });
  });

  it('ignores unknown fields, as scripts of the Python coordinator write them, and says so', async () => {
    const strategy_params = {
      ...GENETIC.strategy_params,
      mutation_rate: 0.1,
      seed_genomes: [{ ...GENOME, fitness: 3 }],
    };
    const note =
      'ignored, since no worker reads it: strategy_params.seed_genomes.0.fitness, strategy_params.mutation_rate, colour';
    const body = { ...GENETIC, key: 'k', colour: 'red', strategy_params };
    expect(await create(body)).toMatchObject({
      status: 201,
      json: { created: true, note: expect.stringContaining(note) as string },
    });
    expect((await server.stores.units.get(1))?.params).toEqual({ ...GENETIC.strategy_params, seed_genomes: [GENOME] });
    // Without the ignored fields it is the same request.
    const plain = { ...GENETIC, key: 'k', strategy_params: { ...GENETIC.strategy_params, seed_genomes: [GENOME] } };
    expect(await create(plain)).toMatchObject({ status: 200, json: { work_unit_id: 1, created: false } });
    const batch = await server.post('/api/work_units/batch', { work_units: [{ ...GENETIC, colour: 'red' }] });
    expect(batch.json).toMatchObject({
      work_units: [{ created: true, note: expect.stringContaining('colour') as string }],
    });
  });

  it.each<[string, object, string]>([
    ['no kind', { strategy_params: FILE }, 'kind'],
    ['a kind that is none', { ...GENETIC, kind: 'x' }, 'kind'],
    ['no parameters', { kind: 'genetic' }, 'strategy_params'],
    ['no data file', { kind: 'genetic', strategy_params: {} }, 'strategy_params.data_file'],
    [
      'an unknown field in a unit of specs, where a misspelt one would change the result',
      { ...SPECS, strategy_params: { ...SPECS.strategy_params, fee: 0 } },
      'strategy_params.fee',
    ],
    [
      'a population as text',
      { ...GENETIC, strategy_params: { ...FILE, population_size: '50' } },
      'strategy_params.population_size',
    ],
    [
      'no generations, of which nothing would come back',
      { ...GENETIC, strategy_params: { ...FILE, generations: 0 } },
      'strategy_params.generations',
    ],
    [
      'a genome whose params are null, over which workers stumble',
      { ...GENETIC, strategy_params: { ...FILE, seed_genomes: [{ entry_rules: [], params: null }] } },
      'strategy_params.seed_genomes.0.params',
    ],
    [
      'two genomes to evaluate',
      { ...EVALUATE, strategy_params: { ...FILE, seed_genomes: [GENOME, GENOME] } },
      'seed_genomes',
    ],
    ['none to evaluate', { ...EVALUATE, strategy_params: FILE }, 'strategy_params.seed_genomes'],
    [
      'one genome and another share of seeds',
      { ...EVALUATE, strategy_params: { ...EVALUATE.strategy_params, seed_ratio: 0.5 } },
      'strategy_params.seed_ratio',
    ],
    ['no replicas', { ...GENETIC, replicas: 0 }, 'replicas'],
    ['more replicas than allowed', { ...GENETIC, replicas: 6 }, 'replicas'],
    ['a priority that is none', { ...GENETIC, priority: 10 }, 'priority'],
    ['a key of ours', { ...GENETIC, key: '#1' }, 'key'],
    ['a key too long', { ...GENETIC, key: 'x'.repeat(201) }, 'key'],
    ['no specs', { ...SPECS, strategy_params: { ...SPECS.strategy_params, specs: [] } }, 'strategy_params.specs'],
    [
      'a window that ends before it begins',
      { ...SPECS, strategy_params: { ...SPECS.strategy_params, window: { from: 2, to: 1 } } },
      'strategy_params.window',
    ],
    [
      'a spec that means nothing',
      { ...SPECS, strategy_params: { ...SPECS.strategy_params, specs: [{ ...onSignal, maxHoldBars: -1 }] } },
      'strategy_params.specs.0',
    ],
    ['a market that is none', { ...SPECS, strategy_params: { ...SPECS.strategy_params, market: 'btc' } }, 'market'],
  ])('%s is refused in one line that names the field', async (_, body, field) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    const { error, code, issues } = answer.json as { error: string; code: string; issues: readonly { path: string }[] };
    expect(code).toBe('bad-request');
    expect(error).toContain(field);
    expect(error).not.toContain('\n');
    expect(issues[0]!.path).toContain(field);
    expect((await server.stores.units.counts()).pending).toBe(0);
  });

  it('no body, another type, an invalid number and extreme nesting are refused as JSON', async () => {
    expect((await server.call('/api/work_units', { method: 'POST' })).status).toBe(400);
    const json = { 'content-type': 'application/json' };
    const post = (body: string, headers = json) => server.call('/api/work_units', { method: 'POST', headers, body });
    expect(await post('{"kind":NaN}')).toMatchObject({ status: 400, json: { code: 'malformed-json' } });
    expect(await post('x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    let condition: object = { left: { field: 'close' }, op: '>', right: { value: 1 } };
    for (let i = 0; i < 200; i += 1) condition = { all: [condition] };
    const specs = [{ ...onSignal, entry: condition }];
    expect(await create({ ...SPECS, strategy_params: { ...SPECS.strategy_params, specs } })).toMatchObject({
      status: 400,
      json: { code: 'malformed-json' },
    });
    expect(await server.call('/api/work_units', { method: 'PUT', headers: json, body: '{}' })).toMatchObject({
      status: 405,
      headers: { allow: 'POST, GET, HEAD' },
    });
  });
});

describe('a batch', () => {
  it('answers each item separately, in order', async () => {
    const answer = await server.post('/api/work_units/batch', {
      work_units: [
        { key: 'a', ...GENETIC },
        { kind: 'genetic' },
        { key: 'b', ...EVALUATE },
        { key: 'a', ...GENETIC },
        { key: 'b', ...GENETIC },
        5,
      ],
    });
    expect(answer.status).toBe(200);
    const { work_units: answers } = answer.json as { work_units: readonly object[] };
    expect(answers).toMatchObject([
      { work_unit_id: 1, created: true },
      { code: 'bad-request', error: expect.stringContaining('strategy_params') as string },
      { work_unit_id: 2, created: true },
      { work_unit_id: 1, created: false },
      { code: 'key-in-use' },
      { code: 'bad-request' },
    ]);
  });

  it('is one of 1 to 500 units', async () => {
    const of = (count: number) => ({ work_units: Array.from({ length: count }, () => GENETIC) });
    expect((await server.post('/api/work_units/batch', of(500))).status).toBe(200);
    expect((await server.stores.units.counts()).pending).toBe(500);
    expect((await server.post('/api/work_units/batch', of(501))).status).toBe(400);
    expect((await server.post('/api/work_units/batch', of(0))).status).toBe(400);
    expect((await server.post('/api/work_units/batch', { work_units: {} })).status).toBe(400);
  });
});

describe('looking at units', () => {
  it('one unit includes its parameters, leases and results with all reported fields', async () => {
    await create({ key: 'k', ...EVALUATE });
    await work(A);
    await work(B);
    await report(1, A);
    await report(1, B, { ...ROOT_REPORT, execution_time: 20 });
    expect((await server.call('/api/work_units/1')).json).toEqual({
      work_unit_id: 1,
      key: 'k',
      kind: 'evaluate',
      state: 'completed',
      priority: 5,
      replicas_needed: 2,
      replicas_assigned: 2,
      replicas_completed: 2,
      reason: null,
      canonical_result_id: 1,
      created_at: T0,
      ended_at: T0,
      strategy_params: expect.objectContaining({ ...EVALUATE.strategy_params, population_size: 1 }) as object,
      leases: [
        { replica_number: 1, worker_id: A, leased_at: T0, expires_at: T0 + 900_000, state: 'returned' },
        { replica_number: 2, worker_id: B, leased_at: T0, expires_at: T0 + 900_000, state: 'returned' },
      ],
      results: [
        {
          ...ROOT_REPORT,
          ...{ cv_folds: 0, cv_avg_pnl: 0, cv_consistency: 0, cv_is_consistent: false },
          result_id: 1,
          work_unit_id: 1,
          worker_id: A,
          replica_number: 1,
          verdict: 'accepted',
          reason: null,
          is_canonical: true,
          submitted_at: T0,
          worker_generation: 'root',
          verification: 'unverified',
          verification_note: null,
        },
        expect.objectContaining({ result_id: 2, worker_id: B, replica_number: 2, execution_time: 20 }),
      ],
    });
    expect((await server.call('/api/results/2')).json).toMatchObject({ result_id: 2, work_unit_id: 1, worker_id: B });
  });

  it('an unknown id gives 404, an invalid number 400', async () => {
    expect(await server.call('/api/work_units/1')).toMatchObject({ status: 404, json: { code: 'unknown-work-unit' } });
    expect(await server.call('/api/results/1')).toMatchObject({ status: 404, json: { code: 'unknown-result' } });
    for (const id of ['x', '1.5', '-1', '%00']) expect((await server.call(`/api/work_units/${id}`)).status).toBe(400);
  });

  it('the list is paged, and filtered by state', async () => {
    for (let i = 0; i < 5; i += 1) await create(GENETIC);
    await server.post('/api/work_units/4/cancel', {});
    const page = async (query: string) =>
      (await server.call(`/api/work_units?${query}`)).json as {
        work_units: { work_unit_id: number }[];
        next: number | null;
      };
    const first = await page('limit=2');
    expect(first.work_units.map(({ work_unit_id }) => work_unit_id)).toEqual([1, 2]);
    expect(first.next).toBe(2);
    expect((await page('limit=2&after=4')).work_units).toMatchObject([{ work_unit_id: 5, state: 'pending' }]);
    expect((await page('limit=2&after=4')).next).toBeNull();
    expect((await page('state=cancelled')).work_units).toMatchObject([
      { work_unit_id: 4, reason: 'cancelled by the client' },
    ]);
    expect((await server.call('/api/work_units?state=x')).status).toBe(400);
    expect((await server.call('/api/work_units?limit=0')).status).toBe(400);
    expect((await server.call('/api/work_units?colour=red')).status).toBe(400);
  });

  it('orphans are listed separately', async () => {
    await report(9, A);
    expect((await server.call('/api/orphans')).json).toMatchObject({
      orphans: [{ work_id: '9', worker_id: A, why: 'unknown-unit', report: { pnl: ROOT_REPORT.pnl } }],
    });
  });
});

describe('cancelling', () => {
  it('ends a unit once; a completed unit stays completed', async () => {
    await create(GENETIC);
    await create({ ...GENETIC, replicas: 1 });
    const cancelled = await server.post('/api/work_units/1/cancel', { reason: 'a better one is there' });
    expect(cancelled).toMatchObject({ status: 200, json: { state: 'cancelled', reason: 'a better one is there' } });
    expect((await server.call('/api/work_units/1/cancel', { method: 'POST' })).json).toMatchObject({
      reason: 'a better one is there',
    });
    expect((await work(A)).json).toMatchObject({ work_id: 2 });
    await report(2, A);
    expect(await server.post('/api/work_units/2/cancel', {})).toMatchObject({
      status: 409,
      json: { code: 'already-ended' },
    });
    expect(await server.post('/api/work_units/3/cancel', {})).toMatchObject({ status: 404 });
    expect(await server.post('/api/work_units/2/cancel', { why: 'x' })).toMatchObject({ status: 400 });
  });
});

it('specs go to workers that accept them, and their results are stored', async () => {
  await create({ ...SPECS, replicas: 1 });
  expect((await work(A)).json).toMatchObject({ work_id: null });
  expect((await work(A, '&accepts=specs')).json).toMatchObject({ work_id: 1, strategy_params: SPECS.strategy_params });
  const spec_results = [{ hash: hashSpec(onSignal), metrics: metricsWith() }];
  await report(1, A, { execution_time: 2, spec_results });
  expect((await server.call('/api/work_units/1')).json).toMatchObject({
    state: 'completed',
    results: [
      {
        verdict: 'accepted',
        worker_generation: 'corp',
        spec_results: JSON.parse(JSON.stringify(spec_results)) as object,
      },
    ],
  });
});
