import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedisBroadcaster, createRedisBroadcastReader } from '../../../src/adapters/broadcast/redis-stream.ts';
import { type Broadcast, type BroadcastEntry } from '../../../src/ports/broadcaster.ts';
import { startTestRedis, type TestRedis } from '../../fixtures/redis-server.ts';

const key = '{test}:broadcast';
const news = (n: number): Broadcast => ({ topic: 'opportunity', at: 1000 + n, data: { n } });
const numberOf = (entry: BroadcastEntry): unknown => entry.data['n'];

describe('the broadcast stream over Redis', () => {
  let redis: TestRedis;
  let broadcaster: ReturnType<typeof createRedisBroadcaster>;
  let reader: ReturnType<typeof createRedisBroadcastReader>;
  let ended: AbortController;

  beforeEach(async () => {
    redis = await startTestRedis();
    const onError = (): void => undefined;
    broadcaster = createRedisBroadcaster({ url: redis.url, key, maxLength: 100, onError });
    reader = createRedisBroadcastReader({ url: redis.url, key, onError });
    ended = new AbortController();
  });

  afterEach(async () => {
    await reader.close();
    await broadcaster.close();
    await redis.stop();
  });

  /** Each attempt has its own time-out for Redis. */
  async function published(broadcast: Broadcast): Promise<void> {
    for (;;) {
      try {
        return await broadcaster.publish(broadcast);
      } catch (error) {
        expect(error).toMatchObject({ code: 'broadcast-failed' });
      }
    }
  }

  async function take(entries: AsyncIterator<BroadcastEntry>, count: number): Promise<readonly BroadcastEntry[]> {
    const taken: BroadcastEntry[] = [];
    while (taken.length < count) {
      const step = await entries.next();
      if (step.done === true) throw new Error('ended early');
      taken.push(step.value);
    }
    return taken;
  }

  it('gives every follower all entries in order, and resumes after an id', async () => {
    for (let n = 0; n < 5; n += 1) await broadcaster.publish(news(n));
    const first = await take(reader.follow('0-0', ended.signal)[Symbol.asyncIterator](), 5);
    expect(first.map(numberOf)).toEqual([0, 1, 2, 3, 4]);
    expect(first[2]).toEqual({ id: first[2]?.id, topic: 'opportunity', at: 1002, data: { n: 2 } });
    const resumed = await take(reader.follow(first[2]?.id ?? '', ended.signal)[Symbol.asyncIterator](), 2);
    expect(resumed.map(numberOf)).toEqual([3, 4]);
  });

  it('gives an entry published while a follower waits', async () => {
    const waiting = take(reader.follow('0-0', ended.signal)[Symbol.asyncIterator](), 1);
    await broadcaster.publish(news(7));
    expect((await waiting).map(numberOf)).toEqual([7]);
  });

  it("gives a follower from '$' only later entries, across a crash of Redis", async () => {
    await broadcaster.publish(news(1));
    const entries = reader.follow('$', ended.signal)[Symbol.asyncIterator]();
    let start: number | undefined;
    const next = entries.next().then((step) => (start = Number(numberOf(step.value as BroadcastEntry))));
    // Nothing signals when the follower has resolved its position; afterwards it receives the next entry.
    for (let n = 2; start === undefined; n += 1) await broadcaster.publish(news(n));
    await next;
    expect(start).toBeGreaterThan(1);
    await redis.kill();
    await redis.start();
    await published(news(-1));
    for (let last: unknown; last !== -1;) last = numberOf((await take(entries, 1))[0] as BroadcastEntry);
  });

  it('fails a publish within its time-out while Redis is unreachable, and works again afterwards', async () => {
    await broadcaster.publish(news(1));
    await redis.kill();
    const before = performance.now();
    await expect(broadcaster.publish(news(2))).rejects.toMatchObject({ code: 'broadcast-failed', retryable: true });
    expect(performance.now() - before).toBeLessThan(2_000);
    await redis.start();
    await published(news(3));
  });

  it.each(['up', 'down'])('ends a waiting follower at its abort, promptly, while Redis is %s', async (state) => {
    let refused = (): void => undefined;
    const refusal = new Promise<void>((resolve) => (refused = resolve));
    const lonely = createRedisBroadcastReader({ url: redis.url, key, onError: () => refused() });
    const next = lonely.follow('$', ended.signal)[Symbol.asyncIterator]().next();
    if (state === 'down') {
      await redis.kill();
      await refusal;
    }
    const before = performance.now();
    ended.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(performance.now() - before).toBeLessThan(500);
  });

  it('ends all followers at close', async () => {
    const waiting = [1, 2, 3].map(() => reader.follow('$', ended.signal)[Symbol.asyncIterator]().next());
    await reader.close();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ done: true, value: undefined })));
    expect(await reader.follow('$', ended.signal)[Symbol.asyncIterator]().next()).toEqual({
      done: true,
      value: undefined,
    });
  });

  it('keeps about maxLength entries', async () => {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => broadcaster.publish(news(n))));
    await broadcaster.publish(news(5000));
    const entries = reader.follow('0-0', ended.signal)[Symbol.asyncIterator]();
    let count = 0;
    for (let n: unknown; n !== 5000; count += 1) n = numberOf((await take(entries, 1))[0] as BroadcastEntry);
    // Redis trims whole nodes of the stream: a hundred entries by default.
    expect(count).toBeLessThanOrEqual(300);
  });
});
