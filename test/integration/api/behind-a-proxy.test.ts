import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call, type Answer, type Call } from '../../fixtures/http-call.ts';
import { startReverseProxy, type ProxyRules, type ReverseProxy } from '../../fixtures/reverse-proxy.ts';

const TOKEN = 'a-token-of-this-test-only';
const NAME = 'corp.example.org';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CENSUS = { name: 'census', data: {} };

describe.each<[string, Omit<ProxyRules, 'name'>]>([
  ['keeps Host', { location: '', removesLocation: false, keepsHost: true }],
  ['sends its target as Host', { location: '', removesLocation: false, keepsHost: false }],
  ['keeps Host and removes its path', { location: '/trading', removesLocation: true, keepsHost: true }],
  ['sends its target as Host and removes its path', { location: '/trading', removesLocation: true, keepsHost: false }],
  ['passes its path on', { location: '/trading', removesLocation: false, keepsHost: true }],
])('behind a TLS proxy that %s', (_, rules) => {
  let api: TestApi;
  let proxy: ReverseProxy;
  const publicUrl = `https://${NAME}${rules.location}`;
  beforeAll(async () => {
    api = await startTestApi({
      apiToken: TOKEN,
      publicAccess: { urls: [`${publicUrl}/`], trustProxy: ['loopback'] },
    });
    proxy = await startReverseProxy(api.url, { ...rules, name: NAME });
  });
  afterAll(async () => {
    await proxy.stop();
    await api.stop();
  });
  /** As a browser on a page of the public URL. */
  const browse = (path: string, how: Call = {}): Promise<Answer> =>
    call(`${proxy.url}${rules.location}${path}`, {
      ...how,
      headers: { host: NAME, origin: `https://${NAME}`, 'sec-fetch-site': 'same-origin', ...how.headers },
    });
  const logIn = (): Promise<Answer> => browse('/login', { method: 'POST', headers: FORM, body: `token=${TOKEN}` });

  it('a browser logs in, with a cookie for TLS only, and may write', async () => {
    const answer = await logIn();
    expect(answer).toMatchObject({ status: 303, headers: { location: `${rules.location}/` } });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; Secure/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await browse('/api/info', { headers })).status).toBe(200);
    expect((await browse('/api/jobs/worker-manager', { method: 'POST', body: CENSUS, headers })).status).toBe(202);
    expect((await browse('/logout', { method: 'POST', headers })).headers.location).toBe(`${rules.location}/login`);
  });

  it('every link of the pages leads below its path', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const html = { accept: 'text/html' };
    expect((await browse('/', { headers: html })).headers.location).toBe(`${rules.location}/login`);
    for (const [page, at] of [
      ['/', '/'],
      ['/api/docs', '/api/docs'],
      ['/login', '/login'],
    ]) {
      const { text, status } = await browse(page!, { headers });
      expect(status).toBe(200);
      const links = [...text.matchAll(/(?:href|src|action)="([^"]+)"/g)].map(([, link]) => link!);
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) {
        const { pathname } = new URL(link, `${publicUrl}${at}`);
        expect(pathname, link).toMatch(new RegExp(`^${rules.location}/`));
        const found = await browse(pathname.slice(rules.location.length), { headers: { ...headers, ...html } });
        expect([200, 303], link).toContain(found.status);
      }
    }
    expect((await browse('/queues', { headers })).text).toContain(`<base href="${rules.location}/queues/`);
  });

  it('another site may not write, and another name is not served', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const send = (extra: Record<string, string>): Promise<Answer> =>
      browse('/api/jobs/worker-manager', { method: 'POST', body: CENSUS, headers: { ...headers, ...extra } });
    for (const extra of [
      { origin: 'https://evil.example' },
      { origin: `http://${NAME}.evil.example` },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await send(extra)).status, JSON.stringify(extra)).toBe(403);
    }
    const direct = await call(`${api.url}/api/info`, { headers: { ...headers, host: 'evil.example' } });
    expect(direct).toMatchObject({ status: 403, json: { error: { code: 'unknown-host' } } });
  });

  it('clients are told apart: the wrong tokens of one do not slow down another', async () => {
    const wrong = (client: string): Promise<Answer> =>
      browse('/login', { method: 'POST', headers: { ...FORM, 'x-client': client }, body: 'token=wrong' });
    for (let i = 0; i < 5; i += 1) expect((await wrong('192.0.2.1')).status).toBe(401);
    expect((await wrong('192.0.2.1')).status).toBe(429);
    expect((await wrong('192.0.2.2')).status).toBe(401);
  });
});

it('the base path without its slash leads to the page, and direct access goes on', async () => {
  const api = await startTestApi({ publicAccess: { urls: ['https://x.example/trading'], trustProxy: [] } });
  try {
    expect(await call(`${api.url}/trading`)).toMatchObject({ status: 308, headers: { location: '/trading/' } });
    expect((await call(`${api.url}/tradings`)).status).toBe(404);
    for (const path of ['/', '/trading/', '/api/info', '/trading/api/info?x', '/queues'])
      expect((await call(`${api.url}${path}`)).status, path).toBe(200);
  } finally {
    await api.stop();
  }
});
