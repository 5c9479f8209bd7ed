import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../src/api/create-api.ts';
import { startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call, type Answer, type Call } from '../../fixtures/http-call.ts';
import { BULL_BOARD, OWN_PAGES, securityHeadersOf } from '../../fixtures/security-headers.ts';

const TOKEN = 'a-token-of-this-test-only';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CENSUS = { name: 'census', data: {} };

describe('an API without a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());
  const ask = (path: string, how?: Call): Promise<Answer> => call(`${api.url}${path}`, how);

  it('sends its headers with every answer, errors included', async () => {
    for (const path of ['/', '/health', '/api/info', '/api/none', '/queue', '/style.css', '/metrics']) {
      expect(securityHeadersOf((await ask(path)).headers), path).toEqual(OWN_PAGES);
    }
    for (const path of ['/queues', '/queues/', '/queues/api/queues', '/queues/none']) {
      expect(securityHeadersOf((await ask(path)).headers), path).toEqual(BULL_BOARD);
    }
  });

  it('answers to loopback names only: a rebound name is refused', async () => {
    const port = new URL(api.url).port;
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect((await ask('/api/info', { headers: { host } })).status, host).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '10.0.0.1',
      '127.evil.example',
      'user@localhost',
    ]) {
      expect(await ask('/api/info', { headers: { host } }), host).toMatchObject({
        status: 403,
        json: { error: { code: 'unknown-host' } },
      });
      expect((await ask('/health', { headers: { host } })).status).toBe(403);
    }
  });

  it('refuses writes that come from another site', async () => {
    const { host } = new URL(api.url);
    const add = (headers: Record<string, string>): Promise<Answer> =>
      ask('/api/jobs/worker-manager', { method: 'POST', body: CENSUS, headers });
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
      { 'sec-fetch-site': 'none' },
    ]) {
      expect((await add(headers)).status).toBe(202);
    }
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'http://localhost:1' },
      { origin: 'null' },
    ]) {
      expect(await add(headers), JSON.stringify(headers)).toMatchObject({
        status: 403,
        json: { error: { code: 'cross-site' } },
      });
    }
  });

  it('knows its routes: 404 for others, 405 for other methods', async () => {
    expect(await ask('/api/nothing')).toMatchObject({ status: 404, json: { error: { code: 'not-found' } } });
    expect(await ask('/api/agents', { method: 'POST', body: {} })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await ask('/api/jobs/ceo', { method: 'DELETE' })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await ask('/api/jobs/ceo')).toMatchObject({ status: 405 });
    expect((await ask('/api/info', { method: 'HEAD' })).text).toBe('');
    expect((await ask('/..%2f..%2fpackage.json')).status).toBeGreaterThanOrEqual(400);
    expect(await ask('/api/cycles/%E0%A4%A')).toMatchObject({ status: 400, json: { error: { code: 'bad-request' } } });
  });

  it('never shows a stack', async () => {
    const failing = await startTestApi({
      clock: {
        now: () => {
          throw new Error('secret detail');
        },
      },
    });
    try {
      const answer = await call(`${failing.url}/api/info`);
      expect(answer).toMatchObject({ status: 500, json: { error: { code: 'internal-error' } } });
      expect(answer.text).not.toMatch(/secret detail|at .*\.ts/);
    } finally {
      await failing.stop();
    }
  });

  it('refuses to listen beyond this machine', async () => {
    const { listen } = createApi(api.deps);
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      await expect(listen({ host, port: 0 })).rejects.toMatchObject({ code: 'api-token-required' });
    }
  });

  it('reports a port in use', async () => {
    const { listen } = createApi(api.deps);
    const port = Number(new URL(api.url).port);
    await expect(listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'port-in-use' });
  });

  it('closes within two seconds while clients hold connections open', async () => {
    const other = await startTestApi();
    const { hostname, port } = new URL(other.url);
    const idle = connect(Number(port), hostname);
    const half = connect(Number(port), hostname, () =>
      half.write('POST /api/jobs/ceo HTTP/1.1\r\nHost: localhost\r\n'),
    );
    const ended = [idle, half].map(
      (socket) =>
        new Promise((resolve) =>
          socket
            .resume()
            .on('close', resolve)
            .on('error', () => undefined),
        ),
    );
    await Promise.all([idle, half].map((socket) => once(socket, 'connect')));
    half.write('POST /api/jobs/ceo HTTP/1.1\r\nHost: localhost\r\n');
    const stream = await fetch(`${other.url}/api/events`);
    const before = performance.now();
    await other.server.close();
    expect(performance.now() - before).toBeLessThan(2_000);
    await Promise.all(ended);
    expect(await stream.text()).toContain('retry:');
    await other.stop();
  });
});

describe('an API with a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ apiToken: TOKEN });
  });
  afterAll(() => api.stop());
  const ask = (path: string, how?: Call): Promise<Answer> => call(`${api.url}${path}`, how);
  const logIn = (token: string): Promise<Answer> =>
    ask('/login', { method: 'POST', headers: FORM, body: `token=${encodeURIComponent(token)}` });

  it('answers health checks without a token, and nothing else', async () => {
    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/ready')).status).toBe(200);
    for (const path of ['/api/info', '/api/events', '/metrics', '/queues/api/queues', '/main.js', '/api/nothing']) {
      expect(await ask(path), path).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    }
    expect((await ask('/api/jobs/ceo', { method: 'POST', body: CENSUS })).status).toBe(401);
  });

  it('accepts only the exact token', async () => {
    const as = async (authorization: string): Promise<number> =>
      (await ask('/api/info', { headers: { authorization } })).status;
    expect(await as(`Bearer ${TOKEN}`)).toBe(200);
    for (const wrong of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`, TOKEN, 'Bearer ']) {
      expect(await as(wrong), wrong).toBe(401);
    }
  });

  it('lets a browser log in with a form', async () => {
    const html = { accept: 'text/html' };
    for (const path of ['/', '/queues']) {
      expect(await ask(path, { headers: html })).toMatchObject({ status: 303, headers: { location: '/login' } });
    }
    expect((await ask('/login')).text).toContain('<form method="post"');
    expect((await ask('/style.css')).status).toBe(200);
    expect((await logIn('wrong')).status).toBe(401);
    const answer = await logIn(TOKEN);
    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const session = cookie.split(';')[0] ?? '';
    for (const path of ['/api/info', '/', '/queues', '/queues/api/queues']) {
      expect((await ask(path, { headers: { cookie: session } })).status, path).toBe(200);
    }
    const [name, value = ''] = session.split('=');
    const [end = '', signature = ''] = value.split('.');
    for (const forged of [`${name}=${Number(end) + 1}.${signature}`, `${name}=${end}.`, `${name}=`]) {
      expect((await ask('/api/info', { headers: { cookie: forged } })).status).toBe(401);
    }
  });

  it('slows down 300 wrong logins, logs them and raises one alert; a program is not slowed down', async () => {
    const lines: string[] = [];
    const alerts: unknown[] = [];
    const log = {
      ...api.deps.log,
      warn: (text: string, fields?: object) => void lines.push(`${text} ${JSON.stringify(fields)}`),
    };
    let now = 1_000_000;
    const clock = { now: () => now };
    const raiseAlert = async (alert: unknown): Promise<void> => void alerts.push(alert);
    const attacked = await createApi({ ...api.deps, apiToken: TOKEN, log, clock, raiseAlert }).listen({
      host: '127.0.0.1',
      port: 0,
    });
    try {
      const post = (token: string): Promise<Answer> =>
        call(`${attacked.url}/login`, { method: 'POST', headers: FORM, body: `token=${token}` });
      const counts: Record<number, number> = {};
      for (let i = 0; i < 300; i += 1) {
        const { status } = await post('wrong');
        counts[status] = (counts[status] ?? 0) + 1;
        now += 50;
      }
      expect(counts[401]).toBeLessThan(12);
      expect(counts[429]).toBe(300 - counts[401]!);
      // The right token waits too: otherwise the answer would tell which one is right.
      expect(await post(TOKEN)).toMatchObject({
        status: 429,
        headers: { 'retry-after': expect.any(String) as string },
      });
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await call(`${attacked.url}/api/info`, { headers })).status).toBe(200);
      now += 10_000;
      expect((await post(TOKEN)).status).toBe(303);
      expect(lines[0]).toBe('a wrong API token was refused {"way":"login","address":"127.0.0.1","count":1}');
      expect(lines.join('\n')).not.toContain(TOKEN);
      for (let i = 0; i < 12; i += 1) {
        const wrong = { authorization: 'Bearer wrong-token-of-a-program' };
        expect((await call(`${attacked.url}/api/info`, { headers: wrong })).status).toBe(401);
      }
      expect(alerts).toEqual([expect.objectContaining({ title: 'Wrong API tokens', severity: 'warning' })]);
    } finally {
      await attacked.close();
    }
  });

  it('ends a session after its lifetime', async () => {
    let now = 1_000_000;
    const aging = await startTestApi({ apiToken: TOKEN, clock: { now: () => now } });
    try {
      const { headers } = await call(`${aging.url}/login`, { method: 'POST', headers: FORM, body: `token=${TOKEN}` });
      const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      const status = async (): Promise<number> => (await call(`${aging.url}/api/info`, { headers: { cookie } })).status;
      expect(await status()).toBe(200);
      now += 12 * 3_600_000;
      expect(await status()).toBe(401);
    } finally {
      await aging.stop();
    }
  });

  it('may listen on all interfaces, and then answers to any of their addresses', async () => {
    const { listen } = createApi({ ...api.deps, apiToken: TOKEN });
    const server = await listen({ host: '0.0.0.0', port: 0 });
    try {
      const port = new URL(server.url).port;
      const address = Object.values(networkInterfaces())
        .flat()
        .find((found) => found?.family === 'IPv4')?.address;
      expect((await call(`http://${address}:${port}/health`)).status).toBe(200);
      expect((await call(`http://127.0.0.1:${port}/health`, { headers: { host: 'evil.example' } })).status).toBe(403);
    } finally {
      await server.close();
    }
  });
});

describe('a dashboard that was not installed', () => {
  it('answers 404, and the API works nevertheless', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'corp-web-'));
    const api = await startTestApi({ webDirectory: empty });
    try {
      for (const path of ['/', '/api/docs']) expect((await call(`${api.url}${path}`)).status).toBe(404);
      expect((await call(`${api.url}/api/info`)).status).toBe(200);
    } finally {
      await api.stop();
      await rm(empty, { recursive: true });
    }
  });
});
