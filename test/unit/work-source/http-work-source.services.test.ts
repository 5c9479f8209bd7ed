import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpWorkSource } from '../../../src/adapters/work-source/http-work-source.ts';
import { type WorkSource } from '../../../src/ports/fleet/worker-source.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}
const json = (value: unknown, status = 200): Reply => ({ status, body: JSON.stringify(value) });
const OURS = json({ server: 'bittrading-corp', protocol: 1 });
const HTML = { status: 404, body: '<!doctype html><title>404 Not Found</title>' };

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** A coordinator whose answers depend on the path and the number of the request. */
async function answering(
  reply: (path: string, nth: number) => Reply,
): Promise<{ readonly source: WorkSource; readonly asked: string[]; readonly tokens: (string | undefined)[] }> {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(`${pathname}${search}`);
    tokens.push(request.headers.authorization);
    const nth = asked.filter((path) => path.startsWith(pathname)).length;
    const { status, body } = reply(pathname, nth);
    response.writeHead(status, { connection: 'close' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = 'a-token-of-sixteen-letters';
  return { source: createHttpWorkSource({ url, workerId: 'desk_Linux_W1', token }), asked, tokens };
}

const { signal } = new AbortController();

describe('the HTTP work source', () => {
  it('requests specs only from a Bittrading Corp coordinator', async () => {
    const work = json({ work_id: 3, strategy_params: { data_file: 'x.csv' }, replica_number: 2, replicas_needed: 2 });
    const ours = await answering((path) => (path === '/api/corp' ? OURS : work));
    expect(await ours.source.next(signal)).toMatchObject({
      unit: { id: 3, params: { data_file: 'x.csv' }, replica: 2 },
    });
    expect(ours.asked).toEqual(['/api/corp', '/api/get_work?worker_id=desk_Linux_W1&accepts=specs']);
    await close?.();
    const python = await answering((path) => (path === '/api/corp' ? HTML : work));
    await python.source.next(signal);
    expect(python.asked).toEqual(['/api/corp', '/api/get_work?worker_id=desk_Linux_W1']);
  });

  it('draws another lease for each assignment, so that a repeated search is another one', async () => {
    const work = json({ work_id: 3, strategy_params: {}, replica_number: 1, replicas_needed: 2 });
    const { source } = await answering((path) => (path === '/api/corp' ? HTML : work));
    const [first, second] = [await source.next(signal), await source.next(signal)];
    expect(first).toMatchObject({ unit: { lease: expect.stringMatching(/./) as string } });
    expect(first).not.toEqual(second);
  });

  it.each([
    ['ours', OURS, [undefined, 'Bearer a-token-of-sixteen-letters']],
    ['the Python coordinator', HTML, [undefined, undefined]],
    ['another server', json({ server: 'another' }), [undefined, undefined]],
  ])('sends %s the token only if it may see it', async (_, recognition, shown) => {
    const { source, tokens } = await answering((path) =>
      path === '/api/corp' ? recognition : json({ work_id: null }),
    );
    await source.next(signal);
    expect(tokens).toEqual(shown);
  });

  it('does not mistake a starting server for the Python coordinator', async () => {
    const { source, asked } = await answering((path, nth) => {
      if (path !== '/api/corp') return json({ work_id: null, message: 'No work available' });
      return nth === 1 ? { status: 503, body: 'later' } : OURS;
    });
    await expect(source.next(signal)).rejects.toMatchObject({ code: 'coordinator-away', retryable: true });
    expect(await source.next(signal)).toEqual({ none: 'No work available' });
    expect(asked.at(-1)).toMatch(/accepts=specs$/);
  });

  it.each([
    [json({ work_id: null, shutdown: true, message: 'limit' }), { shutdown: 'limit' }],
    [json({ work_id: 0, strategy_params: {} }), { none: 'no work available' }],
    [json({}), { none: 'no work available' }],
    [json([]), { none: 'the coordinator answered 200 without work' }],
    [{ status: 204, body: '' }, { none: 'the coordinator answered 204 without work' }],
    [{ status: 500, body: '<h1>Internal Server Error</h1>' }, { none: 'the coordinator answered 500 without work' }],
    [json({ work_id: '7', strategy_params: null }), { unit: { id: '7', params: null, replica: 1 } }],
  ])('parses %j as %j', async (reply, handed) => {
    const { source } = await answering((path) => (path === '/api/corp' ? HTML : reply));
    expect(await source.next(signal)).toMatchObject(handed);
  });

  it('repeats a report only to a Bittrading Corp coordinator, which counts it once', async () => {
    const failing = (reply: Reply) => (path: string, nth: number) => {
      if (path === '/api/corp') return reply;
      if (path === '/api/get_work') return json({ work_id: 1, strategy_params: {} });
      return nth === 1 ? { status: 500, body: '<h1>stored or not</h1>' } : json({ status: 'success' });
    };
    for (const [reply, isTaken, reports] of [
      [OURS, true, 2],
      [HTML, false, 1],
    ] as const) {
      const { source, asked } = await answering(failing(reply));
      await source.next(signal);
      expect(await source.submit({ id: 1, params: {}, replica: 1, lease: '' }, { pnl: 1 }, signal)).toBe(isTaken);
      expect(asked.filter((path) => path === '/api/submit_result')).toHaveLength(reports);
      await close?.();
    }
  });
});
