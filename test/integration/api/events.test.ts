import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broadcast } from '../../../src/ports/broadcaster.ts';
import { startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call } from '../../fixtures/http-call.ts';

const news = (n: number): Broadcast => ({ topic: 'opportunity', at: n, data: { n, text: 'two\nlines' } });

interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

describe('server-sent events', () => {
  let api: TestApi;
  const streams: AbortController[] = [];
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.abort();
    await api.stop();
  });

  async function open(query: string, headers: Record<string, string> = {}) {
    const controller = new AbortController();
    streams.push(controller);
    const response = await fetch(`${api.url}/api/events${query}`, { headers, signal: controller.signal });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return {
      close: () => controller.abort(),
      /** Resolves when the server ends the stream. */
      async ended(): Promise<void> {
        while ((await body?.read())?.done === false);
      },
      async next(): Promise<ServerSentEvent> {
        for (;;) {
          const end = text.indexOf('\n\n');
          if (end >= 0) {
            const fields = new Map(
              text
                .slice(0, end)
                .split('\n')
                .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
            );
            text = text.slice(end + 2);
            const id = fields.get('id');
            if (id === undefined) continue;
            return { id, event: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? '') as unknown };
          }
          const chunk = await body?.read();
          if (chunk?.value === undefined) throw new Error('the stream ended');
          text += chunk.value;
        }
      },
    };
  }

  it('sends what is broadcast, and resumes after the last id a client has seen', async () => {
    for (const n of [1, 2, 3]) await api.broadcaster.publish(news(n));
    const first = await open('?since=0');
    const seen = [await first.next(), await first.next()];
    expect(seen[0]).toEqual({ id: seen[0]?.id, event: 'opportunity', data: news(1) });
    first.close();
    const resumed = await open('?since=0', { 'last-event-id': seen[1]?.id ?? '' });
    expect((await resumed.next()).data).toEqual(news(3));
    await api.broadcaster.publish(news(4));
    expect((await resumed.next()).data).toEqual(news(4));
  });

  it('continues after a crash of Redis', async () => {
    const stream = await open('?since=0');
    await api.broadcaster.publish(news(1));
    await stream.next();
    await api.redis.kill();
    await api.redis.start();
    for (let sent = false; !sent;)
      sent = await api.broadcaster.publish(news(2)).then(
        () => true,
        () => false,
      );
    expect((await stream.next()).data).toEqual(news(2));
  });

  it('refuses an invalid id or time', async () => {
    for (const [query, headers] of [
      ['', { 'last-event-id': '$' }],
      ['', { 'last-event-id': '1-1 COUNT' }],
      ['?since=yesterday', {}],
      ['?until=5', {}],
    ] as const) {
      expect((await call(`${api.url}/api/events${query}`, { headers })).status).toBe(400);
    }
  });

  it('leaves no connection open when clients disconnect, and ends all streams at close', async () => {
    const admin = new Redis(api.redis.url);
    try {
      await api.broadcaster.publish(news(1));
      const blocked = async (): Promise<number> =>
        Number(/^blocked_clients:(\d+)/m.exec(await admin.info('clients'))?.[1]);
      const clients = await Promise.all([1, 2, 3].map(() => open('?since=0')));
      await Promise.all(clients.map((client) => client.next()));
      // Each query is a round trip to Redis, which notices closed connections in between.
      while ((await blocked()) !== 3);
      clients[0]?.close();
      clients[1]?.close();
      while ((await blocked()) !== 1);
      await api.server.close();
      await clients[2]?.ended();
      while ((await blocked()) !== 0);
    } finally {
      admin.disconnect();
    }
  });

  it('answers HEAD without opening a stream', async () => {
    expect(await call(`${api.url}/api/events`, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });
});
