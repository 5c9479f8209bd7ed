import { Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOptions } from '../../../queues/options.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { type QueueStatus } from '../../../queues/queue-status.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { ACCOUNT, startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call, type Answer } from '../../fixtures/http-call.ts';

const CENSUS = { name: 'census', data: { reason: 'test' } };

describe('jobs over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const post = (path: string, body?: unknown): Promise<Answer> =>
    call(`${api.url}${path}`, { method: 'POST', ...(body !== undefined && { body }) });
  const get = (path: string): Promise<Answer> => call(`${api.url}${path}`);

  it('adds a job with its envelope, priority and delay', async () => {
    const answer = await post('/api/jobs/task-manager', {
      name: 'sweep',
      data: {},
      priority: 'critical',
      delayMs: 60_000,
      deadline: 9_000_000_000_000,
      jobId: 'sweep-1',
    });
    expect(answer).toMatchObject({ status: 202, json: { queue: 'task-manager', jobId: 'api.sweep-1' } });
    const job = await api.producer.queue('task-manager').getJob('api.sweep-1');
    expect(job?.data).toEqual({
      meta: { priority: 'critical', deadline: 9_000_000_000_000, causedBy: 'api' },
      payload: { reason: 'schedule' },
    });
    expect(job?.opts).toMatchObject({ priority: 1, delay: 60_000 });
    expect((await get('/api/jobs/task-manager/sweep-1')).json).toMatchObject({
      state: 'delayed',
      name: 'sweep',
      result: null,
      failure: null,
      attempts: { made: 0, allowed: 5 },
      logs: [],
    });
  });

  it('adds one job for the same jobId sent twice', async () => {
    for (let i = 0; i < 2; i += 1) {
      expect((await post('/api/jobs/worker-manager', { ...CENSUS, jobId: 'once' })).status).toBe(202);
    }
    const jobs = await api.producer.queue('worker-manager').getJobs(['prioritized']);
    expect(jobs.filter((job) => job.id === 'api.once')).toHaveLength(1);
  });

  it.each([
    ['an unknown queue', '/api/jobs/janitor', CENSUS, { code: 'unknown-queue', valid: QUEUE_NAMES }],
    ['an unknown job', '/api/jobs/worker-manager', { name: 'x', data: {} }, { code: 'unknown-job', valid: ['census'] }],
    [
      'a wrong field of the payload',
      '/api/jobs/strategy-selector',
      { name: 'retire-strategy', data: { strategyHash: 'f'.repeat(64), reason: 'x', symbol: 'btc_usd' } },
      { code: 'bad-message', issues: [{ path: 'data.symbol', message: 'not a market symbol: write it like BTC-USD' }] },
    ],
    [
      'a job of the company',
      '/api/jobs/task-manager',
      { name: 'cycle', data: { cycleId: 'c1' } },
      { code: 'company-job' },
    ],
    ['a job of a cycle', '/api/jobs/backtest', { name: 'run-unit', data: { unitId: 'u' } }, { code: 'company-job' }],
    ['a payload that is missing', '/api/jobs/worker-manager', { name: 'census' }, { issues: [{ path: 'data' }] }],
    ['no name', '/api/jobs/analyst', { data: {} }, { code: 'bad-request', issues: [{ path: 'name' }] }],
    [
      'an unknown field',
      '/api/jobs/worker-manager',
      { ...CENSUS, prio: 1 },
      { issues: [{ path: 'prio', message: 'unknown field' }] },
    ],
    [
      'an unknown priority',
      '/api/jobs/worker-manager',
      { ...CENSUS, priority: 'urgent' },
      { issues: [{ path: 'priority' }] },
    ],
    ['a negative delay', '/api/jobs/worker-manager', { ...CENSUS, delayMs: -1 }, { issues: [{ path: 'delayMs' }] }],
    ['a job id with a colon', '/api/jobs/worker-manager', { ...CENSUS, jobId: 'a:b' }, { issues: [{ path: 'jobId' }] }],
    ['a job id of digits', '/api/jobs/worker-manager', { ...CENSUS, jobId: '42' }, { issues: [{ path: 'jobId' }] }],
    ['a body that is no object', '/api/jobs/worker-manager', [], { code: 'bad-request' }],
    ['no body', '/api/jobs/worker-manager', undefined, { code: 'bad-request' }],
  ])('refuses %s with 400 and says where', async (_what, path, body, error) => {
    expect(await post(path, body)).toMatchObject({ status: 400, json: { error } });
  });

  it.each([
    'wait',
    'active',
    'failed',
    'stalled',
    'meta',
    'id',
    'events',
    'delayed',
    'de',
    'completed',
    'paused',
    'prioritized',
    'marker',
    'pc',
    'repeat',
    'limiter',
    'stalled-check',
    'waiting-children',
    'metrics',
    'WAIT',
  ])('refuses the job id %j, which would destroy the queue, and finds no job under it', async (jobId) => {
    expect(await post('/api/jobs/worker-manager', { ...CENSUS, jobId })).toMatchObject({
      status: 400,
      json: { error: { code: 'bad-request', issues: [{ path: 'jobId' }] } },
    });
    for (const id of [jobId, `metrics:${jobId}`, 'api.once:logs']) {
      expect((await get(`/api/jobs/worker-manager/${encodeURIComponent(id)}`)).status, id).toBe(404);
      expect((await post(`/api/jobs/worker-manager/${encodeURIComponent(id)}/retry`)).status, id).toBe(404);
    }
    expect((await get('/api/queues')).status).toBe(200);
  });

  it('gives ids from outside a prefix, and finds them with and without it', async () => {
    const { json } = await post('/api/jobs/worker-manager', { ...CENSUS, jobId: 'mine' });
    expect(json).toEqual({ queue: 'worker-manager', jobId: 'api.mine' });
    for (const id of ['mine', 'api.mine'])
      expect((await get(`/api/jobs/worker-manager/${id}`)).json).toMatchObject({ id: 'api.mine' });
  });

  it('lets nobody add jobs, change their data or remove schedules in Bull Board', async () => {
    const board = (method: string, path: string): Promise<Answer> =>
      call(`${api.url}/queues/api/queues/task-manager/${path}`, {
        method,
        body: { name: 'sweep', data: {}, options: { jobId: 'wait' } },
      });
    for (const [method, path] of [
      ['POST', 'add'],
      ['PATCH', 'api.sweep-1/update-data'],
      ['PUT', 'job-schedulers/sweep/remove'],
      ['PUT', 'obliterate'],
    ])
      expect(await board(method!, path!)).toMatchObject({ status: 403, json: { error: { code: 'not-in-board' } } });
  });

  describe('completes what the running company knows', () => {
    const NOW = Date.UTC(2026, 0, 5, 13);
    const DAY = Date.UTC(2026, 0, 5);
    beforeAll(() => void api.rows.feeds.push({ source: 'test', now: NOW, updatedAt: 1 }));
    const payloadOf = async (queue: 'task-manager' | 'ceo', body: object): Promise<unknown> => {
      const { status, json } = await post(`/api/jobs/${queue}`, body);
      expect(status).toBe(202);
      const job = await api.producer.queue(queue).getJob((json as { jobId: string }).jobId);
      return (job?.data as { payload: unknown }).payload;
    };

    it('start-cycle needs no field, and is the next run of these inputs', async () => {
      const cycle = {
        account: ACCOUNT,
        source: 'test',
        mode: 'simulated',
        symbols: ['BTC-USD', 'ETH-USD'],
        timeframe: '1h',
        seed: 1,
        asOf: NOW,
        settles: false,
        run: 1,
      };
      expect(await payloadOf('task-manager', { name: 'start-cycle', data: {} })).toEqual(cycle);
      expect(await payloadOf('task-manager', { name: 'start-cycle', data: { timeframe: '1d', seed: 7 } })).toEqual({
        ...cycle,
        timeframe: '1d',
        seed: 7,
        asOf: DAY,
      });
    });

    it('start-day is that of the market time, and a halt needs no feed', async () => {
      expect(await payloadOf('ceo', { name: 'start-day', data: {} })).toEqual({ account: ACCOUNT, day: DAY });
      expect(await payloadOf('ceo', { name: 'emergency', data: { reason: 'x' } })).toMatchObject({ account: ACCOUNT });
    });

    it.each([
      ['another account', 'task-manager', 'start-cycle', { account: 'other' }, 'data.account: must be paper-test'],
      ['another mode', 'task-manager', 'start-cycle', { mode: 'live' }, 'data.mode: must be simulated'],
      ['another source', 'task-manager', 'start-cycle', { source: 'x' }, 'data.source: must be test'],
      [
        'a later candle',
        'task-manager',
        'start-cycle',
        { asOf: NOW + 1 },
        'data.asOf: must not be after the market time',
      ],
      ['a later day', 'ceo', 'start-day', { day: DAY + 86_400_000 }, 'data.day: must not be after the market time'],
      ['the year 2100', 'ceo', 'stop-day', { day: Date.UTC(2100, 0, 1) }, 'data.day: must not be after'],
      ['another account of a day', 'ceo', 'start-day', { account: 'other' }, 'data.account: must be paper-test'],
      ['symbols that are none', 'task-manager', 'start-cycle', { symbols: 'BTC' }, 'data.symbols'],
      ['a timeframe that is none', 'task-manager', 'start-cycle', { timeframe: 5 }, 'data.timeframe'],
    ])('%s is refused with 400', async (_, queue, name, data, message) => {
      const { status, json } = await post(`/api/jobs/${queue}`, { name, data });
      expect({ status, text: (json as { error: { message: string } }).error.message }).toEqual({
        status: 400,
        text: expect.stringContaining(message) as string,
      });
    });

    it('the documentation requires only what people must give', async () => {
      const { json } = await get('/api/openapi.json');
      const { schemas } = (json as { components: { schemas: Record<string, { required?: string[] }> } }).components;
      expect(schemas['task-manager.start-cycle.data']?.required).toEqual([]);
      expect(schemas['ceo.emergency.data']?.required).toEqual(['reason']);
    });
  });

  it('refuses another content type, malformed JSON and a too large body, each with its status', async () => {
    const send = (body: string, type?: string): Promise<Answer> =>
      call(`${api.url}/api/jobs/worker-manager`, {
        method: 'POST',
        body,
        headers: type === undefined ? {} : { 'content-type': type },
      });
    expect(await send('{"name":', 'application/json')).toMatchObject({
      status: 400,
      json: { error: { code: 'malformed-json' } },
    });
    expect(await send('name=census', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
    expect(await send('{}', 'text/plain')).toMatchObject({
      status: 415,
      json: { error: { code: 'unsupported-media-type' } },
    });
    expect(await send('{}')).toMatchObject({ status: 415 });
    const large = JSON.stringify({ ...CENSUS, data: { reason: 'x'.repeat(256 * 1024) } });
    expect(await send(large, 'application/json')).toMatchObject({
      status: 413,
      json: { error: { code: 'too-large' } },
    });
  });

  it('explains a failed job, retries it once, and marks its dead letter', async () => {
    const worker = new Worker(
      'backtest',
      async (job) => {
        await job.log('thinking');
        if (job.attemptsMade < 99) throw new Error('[no-data] no candles');
      },
      {
        connection: { url: api.redis.url, ...clientOptions('patient', Math.random) },
        prefix: api.prefix,
        autorun: false,
      },
    );
    try {
      const failed = new Promise((resolve) => worker.on('failed', resolve));
      await api.producer.queue('backtest').add('run-unit', {}, { jobId: 'unit-1', attempts: 1 });
      const running = worker.run();
      await failed;
      await worker.close();
      await running;
    } finally {
      await worker.close();
    }
    api.rows.deadLetters.push({
      queue: 'backtest',
      jobId: 'unit-1',
      name: 'run-unit',
      code: 'no-data',
      reason: 'no candles',
      advice: 'Import candles first',
      attempts: 1,
      data: {},
      failedAt: 5,
    });
    expect((await get('/api/jobs/failed')).json).toMatchObject({
      items: [{ jobId: 'unit-1', advice: 'Import candles first' }],
    });
    expect((await get('/api/jobs/backtest/unit-1')).json).toMatchObject({
      state: 'failed',
      failure: { reason: '[no-data] no candles', code: 'no-data', advice: 'Import candles first' },
      logs: ['thinking'],
    });
    expect(await post('/api/jobs/backtest/unit-1/retry')).toMatchObject({ status: 202, json: { jobId: 'unit-1' } });
    expect(api.rows.deadLetters[0]?.retriedAt).toBeGreaterThan(5);
    expect(await post('/api/jobs/backtest/unit-1/retry')).toMatchObject({
      status: 409,
      json: { error: { code: 'not-failed' } },
    });
    expect((await get('/api/jobs/backtest/unit-1')).json).toMatchObject({ attempts: { made: 0 } });
  });

  it('answers 404 for unknown jobs and queues', async () => {
    for (const path of ['/api/jobs/backtest/nobody', '/api/jobs/janitor/x']) {
      expect((await get(path)).status).toBe(404);
      expect((await post(`${path}/retry`)).status).toBe(404);
    }
  });

  // M19: an API job settled candles 90 days ahead and closed a position at a forged profit.
  it.each([
    ['trader', { name: 'settle', data: { account: ACCOUNT, symbols: ['BTC-USD'], timeframe: '1h', candleTime: 0 } }],
    ['trader', { name: 'execute', data: { account: ACCOUNT, approvals: ['a1'] } }],
    ['risk-manager', { name: 'review', data: { account: ACCOUNT, intents: ['i1'] } }],
    ['risk-manager', { name: 'anything', data: {} }],
  ] as const)('refuses a job of %s from outside, and audits it', async (queue, body) => {
    const before = await api.producer.queue(queue).getJobCountByTypes('prioritized', 'waiting', 'delayed');
    const audited = api.rows.audit.length;
    expect(await post(`/api/jobs/${queue}`, body)).toMatchObject({
      status: 403,
      json: { error: { code: 'money-queue' } },
    });
    expect(await api.producer.queue(queue).getJobCountByTypes('prioritized', 'waiting', 'delayed')).toBe(before);
    expect(api.rows.audit.slice(audited)).toMatchObject([{ actor: 'api', subject: `${queue}:${body.name}` }]);
  });

  it.each(['trader', 'risk-manager'] as const)('refuses to retry a failed job of %s, and audits it', async (queue) => {
    const job = await api.producer.queue(queue).add('monitor', {}, { jobId: 'failed-1' });
    const audited = api.rows.audit.length;
    expect(await post(`/api/jobs/${queue}/failed-1/retry`)).toMatchObject({
      status: 403,
      json: { error: { code: 'money-queue', message: `jobs of ${queue} cannot be retried from outside` } },
    });
    expect(api.rows.audit.slice(audited)).toMatchObject([{ actor: 'api', subject: `${queue}:monitor` }]);
    await job.remove();
  });

  it.each([
    ['POST', 'add', { name: 'settle', data: {} }],
    ['PUT', 'retry/failed', {}],
    ['PUT', 'promote', {}],
    ['PUT', 'clean/failed', {}],
    ['PUT', 'pause', {}],
    ['PUT', 'resume', {}],
    ['PUT', 'empty', {}],
    ['PUT', 'obliterate', {}],
    ['PUT', 'concurrency', { concurrency: 9 }],
    ['PUT', 'rate-limit', {}],
    ['PUT', 'wanted/retry', {}],
    ['PUT', 'wanted/clean', {}],
    ['PUT', 'wanted/promote', {}],
    ['PATCH', 'wanted/update-data', { data: {} }],
    ['PATCH', 'wanted/priority', { priority: 1 }],
    ['PATCH', 'wanted/delay', { delay: 1 }],
    ['PUT', 'job-schedulers/monitor/remove', {}],
    ['PATCH', 'job-schedulers/monitor', { every: 1 }],
    ['PUT', 'job-schedulers/monitor/run', {}],
  ])('refuses %s %s of Bull Board on a money queue, and audits it', async (method, path, body) => {
    for (const queue of ['trader', 'risk-manager', 'tr%61der']) {
      const audited = api.rows.audit.length;
      const answer = await call(`${api.url}/queues/api/queues/${queue}/${path}`, { method, body });
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'money-queue' } } });
      expect(api.rows.audit.slice(audited)).toMatchObject([{ actor: 'api', action: 'refused' }]);
    }
    // Reading goes on.
    expect((await get('/queues/api/queues/trader/workers')).status).toBe(200);
  });

  it('pausing and resuming everything in Bull Board leaves the money queues alone', async () => {
    const put = (path: string): Promise<Answer> => call(`${api.url}/queues/api/queues/${path}`, { method: 'PUT' });
    expect((await put('pause')).status).toBe(200);
    expect(await api.producer.queue('trader').isPaused()).toBe(false);
    expect(await api.producer.queue('risk-manager').isPaused()).toBe(false);
    expect((await put('resume')).status).toBe(200);
  });

  it('counts jobs by state and reports the waiting time of the oldest, whatever its priority', async () => {
    const queue = api.producer.queue('optimizer');
    const now = Date.now();
    await queue.add('plan', {}, { priority: 1000, timestamp: now - 60_000 });
    await queue.add('plan', {}, { priority: 1000, timestamp: now - 10_000 });
    await queue.add('plan', {}, { priority: 1, timestamp: now - 5_000 });
    const statuses = async (): Promise<readonly QueueStatus[]> =>
      ((await get('/api/queues')).json as { items: QueueStatus[] }).items;
    const statusOf = async (name: string): Promise<QueueStatus | undefined> =>
      (await statuses()).find((status) => status.queue === name);
    expect((await statuses()).map((status) => status.queue)).toEqual(QUEUE_NAMES);
    const optimizer = await statusOf('optimizer');
    expect(optimizer).toMatchObject({ money: false, paused: false, counts: { waiting: 3, active: 0 } });
    expect(optimizer?.oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
    expect(optimizer?.oldestWaitingMs).toBeLessThan(90_000);
    expect(await statusOf('trader')).toMatchObject({ money: true, oldestWaitingMs: null });
    await queue.pause();
    expect(await statusOf('optimizer')).toMatchObject({ paused: true, counts: { waiting: 3 } });
  });
});

describe('the trading state over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());
  const post = (path: string, body: unknown): Promise<Answer> => call(`${api.url}${path}`, { method: 'POST', body });

  it('sets the trading state as the operator in the store; halt and flatten is one request', async () => {
    const set = (body: object): Promise<Answer> => post('/api/trading-state', { reason: 'drill', ...body });
    const answer = { account: ACCOUNT, changed: true, later: [] };
    expect(await set({ state: 'REDUCING' })).toMatchObject({ status: 200, json: { ...answer, state: 'REDUCING' } });
    expect(api.rows.riskStates).toMatchObject([{ tradingState: 'REDUCING', stateSetBy: 'operator' }]);
    const { status, json } = await set({ state: 'HALTED', flatten: true, reason: 'x'.repeat(500) });
    expect({ status, json }).toMatchObject({ status: 200, json: { ...answer, state: 'HALTED' } });
    expect(api.rows.riskStates).toMatchObject([{ tradingState: 'HALTED', flatten: { by: 'operator' } }]);
    const { closingJob } = json as { closingJob: string };
    expect(await (await api.producer.queue('trader').getJob(closingJob))?.getState()).toBe('waiting-children');
    expect(api.rows.audit.slice(-2)).toMatchObject([
      { actor: 'risk-manager', action: 'set-state', data: { causedBy: 'api', payload: { state: 'REDUCING' } } },
      { actor: 'risk-manager', action: 'flatten', data: { causedBy: 'api', payload: { halt: true } } },
    ]);
    expect(await set({ state: 'ACTIVE' })).toMatchObject({ status: 200, json: { ...answer, state: 'ACTIVE' } });
    for (const body of [
      { state: 'ACTIVE', reason: 'on', flatten: true },
      { state: 'PAUSED', reason: 'x' },
      { state: 'HALTED' },
    ]) {
      expect((await post('/api/trading-state', body)).status).toBe(400);
    }
  });
});

describe('the API while Redis is unreachable', () => {
  it('the brake works, and says what Redis was not told', async () => {
    const api = await startTestApi();
    try {
      await api.redis.kill();
      const body = { state: 'HALTED', reason: 'fire', flatten: true };
      const { status, json } = await call(`${api.url}/api/trading-state`, { method: 'POST', body });
      expect({ status, json }).toMatchObject({ status: 200, json: { state: 'HALTED', changed: true } });
      expect((json as { later: string[] }).later).toEqual([
        expect.stringMatching(/^Redis was not told \(.*\): the orders that close everything are placed with the first/),
      ]);
      expect(api.rows.riskStates).toMatchObject([{ tradingState: 'HALTED', flatten: { reason: 'fire' } }]);
    } finally {
      await api.stop();
    }
  });

  it('the brake says that nothing is known to be stopped when the store cannot be written', async () => {
    const brake = (): Promise<never> => Promise.reject(new AppError('mongo-unreachable', 'MongoDB did not answer'));
    const api = await startTestApi({ brake });
    try {
      const body = { state: 'HALTED', reason: 'fire' };
      const { status, json } = await call(`${api.url}/api/trading-state`, { method: 'POST', body });
      expect({ status, json }).toMatchObject({ status: 503, json: { error: { code: 'brake-failed' } } });
      expect(JSON.stringify(json)).toContain('nothing is known to be stopped: MongoDB did not answer');
    } finally {
      await api.stop();
    }
  });

  it('answers 503 within a second, and works again when it is back', async () => {
    const api = await startTestApi();
    try {
      const add = (): Promise<Answer> => call(`${api.url}/api/jobs/worker-manager`, { method: 'POST', body: CENSUS });
      expect((await add()).status).toBe(202);
      await api.redis.kill();
      for (const ask of [add, () => call(`${api.url}/api/queues`), () => call(`${api.url}/api/jobs/ceo/x`)]) {
        const before = performance.now();
        expect(await ask()).toMatchObject({ status: 503, json: { error: { code: 'redis-unavailable' } } });
        expect(performance.now() - before).toBeLessThan(1_000);
      }
      expect((await call(`${api.url}/health`)).status).toBe(200);
      await api.redis.start();
      // Each attempt takes as long as the API's time-out for Redis.
      let status = 503;
      while (status === 503) ({ status } = await add());
      expect(status).toBe(202);
    } finally {
      await api.stop();
    }
  });
});
