import { afterEach, describe, expect, it } from 'vitest';
import { createCoordinator } from '../../../src/coordinator/create-coordinator.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { OWN_PAGES, securityHeadersOf } from '../../fixtures/security-headers.ts';

const TOKEN = 'a-token-of-this-test-only';
const WORKER_PATHS = [
  '/api/get_work?worker_id=a_Linux_W1',
  '/api/status',
  '/api/workers',
  '/api/results',
  '/api/results/all',
  '/api/dashboard_stats',
];
const RICH_PATHS = [
  '/api/work_units',
  '/api/work_units/1',
  '/api/worker_limits',
  '/api/orphans',
  '/api/fleet',
  '/api/nothing',
];

let server: TestCoordinator | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
const start = async (options: Parameters<typeof startTestCoordinator>[0] = {}): Promise<TestCoordinator> => {
  server = await startTestCoordinator(options);
  return server;
};
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('a coordinator with a token', () => {
  it('requires it to create or control, not on the paths of unmodified workers', async () => {
    const { call, post } = await start({ token: TOKEN });
    for (const path of [...WORKER_PATHS, '/api/corp', '/health', '/ready']) {
      expect((await call(path)).status, path).toBe(200);
    }
    expect((await post('/api/submit_result', { work_id: 1, worker_id: 'a' })).status).toBe(200);
    for (const path of RICH_PATHS) {
      expect(await call(path), path).toMatchObject({ status: 401, json: { code: 'not-authenticated' } });
      expect((await call(path, bearer('wrong-token-of-this-test'))).status, path).toBe(401);
      expect((await call(path, bearer(TOKEN))).status, path).not.toBe(401);
    }
    for (const path of ['/api/work_units', '/api/shutdown_worker', '/api/workers/a/quarantine']) {
      expect((await post(path, {})).status, path).toBe(401);
    }
  });

  it('requires it from workers too if configured', async () => {
    const { call } = await start({ token: TOKEN, workersNeedToken: true });
    for (const path of WORKER_PATHS) {
      expect((await call(path)).status, path).toBe(401);
      expect((await call(path, bearer(TOKEN))).status, path).toBe(200);
    }
    expect((await call('/api/corp')).status).toBe(200);
  });

  it('HEAD of get_work does not bypass it', async () => {
    const { call } = await start({ token: TOKEN, workersNeedToken: true });
    expect((await call('/api/get_work', { method: 'HEAD' })).status).toBe(401);
  });
});

describe('a coordinator without a token', () => {
  it('listens on this machine only', async () => {
    const { deps } = await start();
    const { listen } = createCoordinator(deps);
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      await expect(listen({ host, port: 0 })).rejects.toMatchObject({
        code: 'api-token-required',
        advice: expect.stringContaining('COORDINATOR_TOKEN') as string,
      });
    }
  });

  it('reports a port in use, and where it is set', async () => {
    const { deps, url } = await start();
    const port = Number(new URL(url).port);
    await expect(createCoordinator(deps).listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'port-in-use',
      advice: expect.stringContaining('coordinator.port') as string,
    });
  });
});

describe('a client', () => {
  it('must use a known host name: loopback, or one of the settings', async () => {
    const { call } = await start({ names: ['studio.local'] });
    for (const host of ['localhost', '127.0.0.1:5001', '[::1]:5001', 'studio.local', 'Studio.local:5001']) {
      expect((await call('/api/status', { headers: { host } })).status, host).toBe(200);
    }
    for (const host of ['evil.example', 'studio.local.evil.example', '10.0.0.1']) {
      expect(await call('/api/status', { headers: { host } }), host).toMatchObject({
        status: 403,
        json: { code: 'unknown-host', error: expect.stringContaining('coordinator.names') as string },
      });
    }
  });

  it('may not write from another site', async () => {
    const { call } = await start();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }]) {
      const answer = await call('/api/work_units', { method: 'POST', body: {}, headers });
      expect(answer).toMatchObject({ status: 403, json: { code: 'cross-site' } });
    }
  });

  it('gets security headers and never a stack', async () => {
    const { call, deps } = await start();
    for (const path of ['/api/status', '/api/nothing', '/health']) {
      expect(securityHeadersOf((await call(path)).headers), path).toEqual(OWN_PAGES);
    }
    const clock = {
      now: () => {
        throw new Error('secret detail');
      },
    };
    const broken = await createCoordinator({ ...deps, clock }).listen({ host: '127.0.0.1', port: 0 });
    try {
      const answer = await fetch(`${broken.url}/api/status`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(/secret detail|at .*\.ts/);
    } finally {
      await broken.close();
    }
  });
});

it('gets 503 as JSON while the store is unreachable, and can retry', async () => {
  const { deps } = await start();
  const away = new AppError('mongo-unreachable', 'MongoDB did not answer in 5 attempts', { retryable: true });
  const fleet = { ...deps.fleet, assignUnit: () => Promise.reject(away), submit: () => Promise.reject(away) };
  const cut = await createCoordinator({ ...deps, fleet }).listen({ host: '127.0.0.1', port: 0 });
  try {
    const headers = { 'content-type': 'application/json' };
    const answers = [
      await fetch(`${cut.url}/api/get_work?worker_id=a`),
      await fetch(`${cut.url}/api/submit_result`, { method: 'POST', headers, body: '{"work_id":1,"worker_id":"a"}' }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: away.message, code: 'mongo-unreachable' });
    }
  } finally {
    await cut.close();
  }
});
