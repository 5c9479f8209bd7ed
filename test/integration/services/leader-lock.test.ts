import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLeaderLock, type LeaderLock } from '../../../src/runtime/leader-lock.ts';
import { startTestRedis, type TestRedis } from '../../fixtures/redis-server.ts';

const KEY = '{test}:feed';
const LEASE_MS = 300;

/** A way to a port on which connections can become silent for good; later ones work. */
async function openWay(target: number): Promise<{ readonly port: number; silence(): void; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      sockets.push(socket);
    }
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

describe('the lock of the feed', () => {
  let server: TestRedis;
  let redis: Redis;
  let lock: LeaderLock;
  beforeEach(async () => {
    server = await startTestRedis();
    redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
    redis.on('error', () => undefined);
    lock = await takeLeaderLock(server.url, KEY, 0, undefined, LEASE_MS);
  });
  afterEach(async () => {
    await lock.release();
    redis.disconnect();
    await server.stop();
  });

  it('is taken again after an outage longer than its lease, in which renewals piled up', async () => {
    const token = await redis.get(KEY);
    await server.kill();
    // The lease must expire, and nothing else tells that it has.
    await delay(LEASE_MS * 5);
    await server.start();
    await expect.poll(() => redis.get(KEY)).toBe(token);
    // Every renewal of the outage has been answered when a later one has extended the lease.
    const expiresAt = Number(await redis.call('PEXPIRETIME', KEY));
    await expect.poll(async () => Number(await redis.call('PEXPIRETIME', KEY))).toBeGreaterThan(expiresAt);
    expect(lock.lost.aborted).toBe(false);
    expect(await redis.get(KEY)).toBe(token);
  });

  it('is taken again after Redis has lost its data', async () => {
    const token = await redis.get(KEY);
    await redis.flushall();
    await expect.poll(() => redis.get(KEY)).toBe(token);
    expect(lock.lost.aborted).toBe(false);
  });

  it('is lost to another holder also when the connection has become silent', async () => {
    const way = await openWay(Number(new URL(server.url).port));
    const url = new URL(server.url);
    url.port = String(way.port);
    await lock.release();
    lock = await takeLeaderLock(url.href, KEY, 0, undefined, LEASE_MS);
    const lost = once(lock.lost, 'abort');
    way.silence();
    await redis.set(KEY, 'otherhost/4711/token');
    await lost;
    expect(lock.lost.reason).toMatchObject({ code: 'feed-lost' });
    await lock.release();
    await way.close();
  });

  it('is lost to another holder, whom the error names, and is left to it', async () => {
    const lost = once(lock.lost, 'abort');
    await redis.set(KEY, 'otherhost/4711/token');
    await lost;
    expect(lock.lost.reason).toMatchObject({
      code: 'feed-lost',
      message: 'another feed took over this company (otherhost, process 4711)',
    });
    await lock.release();
    expect(await redis.get(KEY)).toBe('otherhost/4711/token');
  });
});
