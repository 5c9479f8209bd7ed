import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { requireSoundRedis } from '../../../src/runtime/services/probe-redis.ts';
import { startTestRedis } from '../../fixtures/redis-server.ts';

const WITHIN_MS = 20_000;

it('a Redis that may drop keys or is full is told from one that is away', async () => {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  await expect(requireSoundRedis(server.url, 'test', WITHIN_MS)).resolves.toBeUndefined();
  for (const policy of ['allkeys-lru', 'volatile-ttl']) {
    await redis.config('SET', 'maxmemory-policy', policy);
    const error: unknown = await requireSoundRedis(server.url, 'test', WITHIN_MS).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'redis-evicts', retryable: false });
    expect(String(error)).toContain(`its maxmemory-policy is ${policy}`);
  }
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'maxmemory', '1');
  await expect(requireSoundRedis(server.url, 'test', WITHIN_MS)).rejects.toMatchObject({
    code: 'redis-refuses-writes',
    retryable: true,
  });
  await redis.config('SET', 'maxmemory', '0');
  await expect(requireSoundRedis(server.url, 'test', WITHIN_MS)).resolves.toBeUndefined();
  await server.kill();
  await expect(requireSoundRedis(server.url, 'test', WITHIN_MS)).rejects.toMatchObject({ code: 'redis-unreachable' });
});
