import { register as globalRegistry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../src/api/create-api.ts';
import { processMetrics } from '../../../src/api/process-metrics.ts';
import { BROADCAST_TOPICS } from '../../../src/ports/broadcaster.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { type Order } from '../../../src/domain/orders/order.ts';
import { type AuditRecord } from '../../../src/ports/records.ts';
import { type Cycle } from '../../../src/domain/research/cycle.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { ACCOUNT, startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { nodeState, scalingAdvice } from '../../contract/stores/samples.ts';
import { call, type Answer } from '../../fixtures/http-call.ts';

const HASH = 'ab'.repeat(32);

describe('read routes of the API', () => {
  let api: TestApi;
  let readiness: Record<'redis' | 'mongo', string> = { redis: 'ok', mongo: 'ok' };
  beforeAll(async () => {
    api = await startTestApi({ readiness: async () => readiness });
    const { rows } = api;
    const order = { account: ACCOUNT, clientOrderId: 'o1', symbol: 'BTC-USD', state: 'open', createdAt: 1 };
    rows.orders.push(order as Order, { ...order, clientOrderId: 'o2', state: 'filled', createdAt: 2 } as Order);
    rows.orders.push({ ...order, account: 'somebody-else', clientOrderId: 'o3' } as Order);
    rows.cycles.push(...[1, 2, 3].map((n) => ({ id: `c${n}`, startedAt: n, phases: [] }) as unknown as Cycle));
    rows.strategies.push({ hash: HASH, state: 'active', updatedAt: 1 } as Strategy);
    rows.strategies.push({ hash: 'cd'.repeat(32), state: 'rejected', updatedAt: 2 } as Strategy);
    rows.audit.push(...Array.from({ length: 30 }, (_, n) => ({ seq: n + 1 }) as AuditRecord));
    const agent = {
      agent: 'ceo',
      node: 'n"1\\',
      status: 'idle',
      lastSeen: Date.now(),
      startedAt: 0,
      busyMs: 0,
    } as const;
    rows.agents.push({ ...agent, completed: 7, failed: 2 });
    const advice = scalingAdvice('backtest', { wanted: 4, serviceSeconds: 0.25, at: Date.now() - 20_000 });
    rows.scaling.push(advice, scalingAdvice('ceo', { wanted: 1, serviceSeconds: null }));
    rows.nodes.push(nodeState('here', { queues: ['backtest'] }), nodeState('leaving', { draining: true }));
    rows.equity.push(...[10, 11].map((equity, time) => ({ account: ACCOUNT, time, equity, cash: 5, exposure: 6 })));
    const position = {
      account: ACCOUNT,
      strategyHash: HASH,
      averagePrice: 1,
      realisedPnl: 0,
      fees: 0,
      openedAt: 1,
      updatedAt: 1,
    };
    rows.positions.push({ ...position, symbol: 'BTC-USD', amount: 2 }, { ...position, symbol: 'ETH-USD', amount: 0 });
    rows.riskStates.splice(0, 1, {
      account: ACCOUNT,
      version: 1,
      tradingState: 'REDUCING',
    } as (typeof rows.riskStates)[number]);
  });
  afterAll(() => api.stop());
  const get = (path: string): Promise<Answer> => call(`${api.url}${path}`);
  const idsOf = async (path: string, key: string): Promise<unknown[]> => {
    const { status, json } = await get(path);
    expect(status, path).toBe(200);
    return (json as { items: Record<string, unknown>[] }).items.map((item) => item[key]);
  };

  it('list, filter and limit, for the own account only', async () => {
    expect(await idsOf('/api/orders', 'clientOrderId')).toEqual(['o2', 'o1']);
    expect(await idsOf('/api/orders?state=open', 'clientOrderId')).toEqual(['o1']);
    expect(await idsOf('/api/orders?limit=1', 'clientOrderId')).toEqual(['o2']);
    expect(await idsOf('/api/cycles?limit=2', 'id')).toEqual(['c3', 'c2']);
    expect(await idsOf('/api/strategies?state=active', 'hash')).toEqual([HASH]);
    expect(await idsOf('/api/equity', 'equity')).toEqual([10, 11]);
    expect(await idsOf('/api/audit?limit=2', 'seq')).toEqual([29, 30]);
    expect(await idsOf('/api/audit?from=3&limit=2', 'seq')).toEqual([3, 4]);
    for (const path of ['agents', 'nodes', 'positions', 'trades', 'verdicts', 'alerts', 'portfolio', 'jobs/failed']) {
      expect((await get(`/api/${path}`)).status, path).toBe(200);
    }
    expect(await idsOf('/api/scaling', 'wanted')).toEqual([4, 1]);
    expect((await get('/api/risk')).json).toMatchObject({ account: ACCOUNT, state: { tradingState: 'REDUCING' } });
    expect((await get('/api/info')).json).toMatchObject({
      mode: 'simulated',
      account: ACCOUNT,
      namespace: 'test',
      login: false,
      topics: BROADCAST_TOPICS,
    });
  });

  it('return one item by its id, or 404', async () => {
    expect((await get('/api/cycles/c2')).json).toMatchObject({ id: 'c2' });
    expect((await get(`/api/strategies/${HASH}`)).json).toMatchObject({ state: 'active' });
    expect((await get('/api/orders/o1')).json).toMatchObject({ state: 'open' });
    for (const path of ['/api/cycles/none', `/api/strategies/${'0'.repeat(64)}`, '/api/orders/o3']) {
      expect((await get(path)).status, path).toBe(404);
    }
  });

  it.each([
    ['/api/orders?limit=0', 'limit'],
    ['/api/orders?limit=1001', 'limit'],
    ['/api/orders?limit=', 'limit'],
    ['/api/orders?limit=1e2', 'limit'],
    ['/api/orders?limit=-5', 'limit'],
    ['/api/orders?limit=5&limit=6', 'limit'],
    ['/api/orders?state=OPEN', 'state'],
    ['/api/orders?status=open', 'status'],
    ['/api/strategies?state=open', 'state'],
    ['/api/strategies/not-a-hash', 'hash'],
    ['/api/trades?symbol=btc', 'symbol'],
    ['/api/audit?from=x', 'from'],
  ])('refuses %s and names %s', async (path, field) => {
    expect(await get(path)).toMatchObject({
      status: 400,
      json: { error: { code: 'bad-request', issues: [{ path: field }] } },
    });
  });

  it('report readiness, and what is missing', async () => {
    expect(await get('/ready')).toMatchObject({ status: 200, json: { ready: true, missing: {} } });
    readiness = { redis: 'ok', mongo: 'no answer in 2 s' };
    expect(await get('/ready')).toMatchObject({
      status: 503,
      json: { ready: false, missing: { mongo: 'no answer in 2 s' } },
    });
    expect((await get('/health')).json).toMatchObject({ status: 'ok', version: '0.0.0-test' });
    readiness = { redis: 'ok', mongo: 'ok' };
  });

  it('describe every job with its schemas, and the API as OpenAPI', async () => {
    const { items } = (await get('/api/contracts')).json as {
      items: {
        queue: string;
        jobs: { name: string; data: { properties: Record<string, unknown>; required?: string[] } }[];
      }[];
    };
    expect(items.map(({ queue }) => queue)).toEqual(QUEUE_NAMES);
    const signals = items.find(({ queue }) => queue === 'analyst')?.jobs.find(({ name }) => name === 'signals');
    expect(signals?.data).toMatchObject({
      additionalProperties: false,
      properties: { timeframe: { type: 'string' }, candleTime: { type: 'integer', minimum: 0 } },
      required: ['account', 'symbols', 'timeframe', 'candleTime'],
    });
    const sweep = items.find(({ queue }) => queue === 'task-manager')?.jobs.find(({ name }) => name === 'sweep');
    expect(sweep?.data.required ?? []).toEqual([]);

    const api31 = (await get('/api/openapi.json')).json as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(api31).toMatchObject({ openapi: '3.1.0', info: { version: '0.0.0-test' } });
    expect(api31.paths['/api/orders']?.['get']?.['parameters']).toEqual([
      expect.objectContaining({ name: 'state', in: 'query', required: false }),
      expect.objectContaining({
        name: 'limit',
        schema: expect.objectContaining({ type: 'integer', maximum: 1000 }) as unknown,
      }),
    ]);
    const text = JSON.stringify(api31.paths['/api/jobs/{queue}']);
    const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(references).toContain('task-manager.start-cycle.data');
    expect(references).not.toContain('trader.execute.data');
    expect(references).not.toContain('task-manager.cycle.data');
    for (const name of references) expect(api31.components.schemas).toHaveProperty([name]);
    expect(await get('/api/docs')).toMatchObject({ status: 200, headers: { 'content-type': /^text\/html/ } });
  });

  it('serve the dashboard, without files from other sites', async () => {
    const page = (await get('/')).text;
    expect(page).toContain('<title>Bittrading Corp</title>');
    for (const path of [...page.matchAll(/(?:src|href)="([^"]+\.\w+)"/g)].map(([, path]) => path ?? '')) {
      // Relative, so that the page works below the path of a proxy.
      expect(path).toMatch(/^[\w-]+\.\w+$/);
      expect((await get(`/${path}`)).status, path).toBe(200);
    }
  });

  it('expose metrics in the text format, with escaped labels', async () => {
    const { text, headers } = await get('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'corp_queue_jobs{queue="trader",state="waiting"} 0',
        'corp_agent_jobs_total{agent="ceo",node="n\\"1\\\\",outcome="completed"} 7',
        `corp_equity{account="${ACCOUNT}"} 11`,
        `corp_open_positions{account="${ACCOUNT}"} 1`,
        `corp_trading_state{account="${ACCOUNT}",state="REDUCING"} 1`,
        `corp_trading_state{account="${ACCOUNT}",state="ACTIVE"} 0`,
        'corp_source_up{source="queues"} 1',
        'corp_queue_depth{queue="trader"} 0',
        'corp_wanted_nodes{queue="backtest"} 4',
        'corp_nodes{queue="backtest"} 1',
        'corp_nodes{queue="ceo"} 0',
        'corp_queue_service_seconds{queue="backtest"} 0.25',
        'corp_node_busy_jobs{node="here"} 3',
        'corp_node_draining{node="leaving"} 1',
      ]),
    );
    expect(text).not.toContain('corp_queue_service_seconds{queue="ceo"}');
    expect(Number(/^corp_scaling_advice_age_seconds\{queue="backtest"\} (.+)$/m.exec(text)?.[1])).toBeGreaterThan(19);
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^((# (HELP|TYPE) \w+ .+|\w+(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? [-+0-9.eInfNa]+)|)$/,
      );
    }
  });

  it('keeps the names, types and labels that scripts and dashboards read', async () => {
    const { text } = await get('/metrics');
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type] as const);
    const labelsOf = (name: string): string =>
      [...(new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '').matchAll(/(\w+)="/g)]
        .map((m) => m[1])
        .join(' ');
    const ours = types.filter(([name]) => name.startsWith('corp_'));
    expect(Object.fromEntries(ours.map(([name, type]) => [name, `${type} ${labelsOf(name)}`]))).toEqual({
      corp_info: 'gauge mode version',
      corp_source_up: 'gauge source',
      corp_queue_jobs: 'gauge queue state',
      corp_queue_paused: 'gauge queue',
      corp_queue_oldest_waiting_seconds: 'gauge queue',
      corp_queue_depth: 'gauge queue',
      corp_agent_status: 'gauge agent node status',
      corp_agent_heartbeat_age_seconds: 'gauge agent node',
      corp_agent_jobs_total: 'counter agent node outcome',
      corp_wanted_nodes: 'gauge queue',
      corp_nodes: 'gauge queue',
      corp_scaling_advice_age_seconds: 'gauge queue',
      corp_queue_service_seconds: 'gauge queue',
      corp_node_busy_jobs: 'gauge node',
      corp_node_cpu_cores: 'gauge node',
      corp_node_memory_bytes: 'gauge node',
      corp_node_draining: 'gauge node',
      corp_equity: 'gauge account',
      corp_exposure: 'gauge account',
      corp_open_positions: 'gauge account',
      corp_trading_state: 'gauge account state',
    });
    for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'process_uptime_seconds']) {
      expect(Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]), name).toBeGreaterThan(0);
    }
    expect(types).toContainEqual(['nodejs_eventloop_lag_p99_seconds', 'gauge']);
    expect(types).toContainEqual(['nodejs_gc_duration_seconds', 'histogram']);
  });

  it('starts the observers of process metrics once, however many APIs there are', async () => {
    const first = processMetrics();
    const names = (): readonly string[] => first.getMetricsAsArray().map(({ name }) => name);
    const before = names();
    for (let i = 0; i < 3; i += 1) createApi(api.deps);
    expect(processMetrics()).toBe(first);
    expect(names()).toEqual(before);
    expect(globalRegistry.getMetricsAsArray()).toEqual([]);
  });

  it('serve Bull Board for all queues, with read-only money queues', async () => {
    const board = (await get('/queues/api/queues')).json as { queues: { name: string; readOnlyMode: boolean }[] };
    expect(Object.fromEntries(board.queues.map(({ name, readOnlyMode }) => [name, readOnlyMode]))).toEqual(
      Object.fromEntries(QUEUE_NAMES.map((name) => [name, name === 'risk-manager' || name === 'trader'])),
    );
    const put = (path: string, headers = {}): Promise<Answer> =>
      call(`${api.url}/queues/api/queues/${path}`, { method: 'PUT', headers });
    expect((await put('backtest/pause')).status).toBe(200);
    expect(await api.producer.queue('backtest').isPaused()).toBe(true);
    expect((await put('backtest/resume', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await put('backtest/resume')).status).toBe(200);
    expect((await put('trader/pause')).status).toBe(403);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const add = { method: 'POST', headers: form, body: 'name=census' };
    expect((await call(`${api.url}/queues/api/queues/backtest/add`, add)).status).toBe(415);
    expect((await get('/queues/')).headers).not.toHaveProperty('x-powered-by');
  });

  it('expose the other metrics while Redis is unreachable', async () => {
    await api.redis.kill();
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('corp_source_up{source="queues"} 0');
    expect(text).toContain(`corp_equity{account="${ACCOUNT}"} 11`);
    expect(text).not.toContain('corp_queue_jobs{');
  });
});
