import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { clientOptions, workerOptions, type ClientKind } from '../../../queues/options.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { PRIORITIES } from '../../../queues/meta.ts';
import { isQueueName, keyPrefix, QUEUE_NAMES } from '../../../queues/names.ts';

describe('a Redis URL', () => {
  it.each([
    ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, db: 0 }],
    ['redis://cache.example:6380/3', { host: 'cache.example', port: 6380, db: 3 }],
    ['redis://:p%40ss%2Fword@127.0.0.1:1234', { host: '127.0.0.1', port: 1234, db: 0, password: 'p@ss/word' }],
    ['redis://us%3Aer:secret@h:1', { host: 'h', port: 1, db: 0, username: 'us:er', password: 'secret' }],
    ['rediss://h:6379', { host: 'h', port: 6379, db: 0, tls: true }],
    ['redis://[::1]:6379', { host: '::1', port: 6379, db: 0 }],
  ])('%s', (url, expected) => {
    const client = new Redis(url, { ...clientOptions('patient', Math.random), lazyConnect: true });
    expect(client.options).toMatchObject(expected);
    client.disconnect();
  });

  it('lets workers wait for Redis without limit, and requests of people fail at once', () => {
    expect(clientOptions('patient', Math.random)).toMatchObject({ maxRetriesPerRequest: null });
    expect(clientOptions('prompt', Math.random)).toMatchObject({
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
    });
  });
});

describe('reconnecting', () => {
  const delays = (kind: ClientKind, seed: number, count = 12): readonly number[] => {
    const rng = createRng(seed);
    const { retryStrategy } = clientOptions(kind, () => rng.next());
    return Array.from({ length: count }, (_, i) => retryStrategy(i + 1));
  };

  it('waits between 100 ms and 3 s, longer at later attempts', () => {
    fc.assert(
      fc.property(fc.constantFrom('patient', 'prompt'), fc.integer(), (kind, seed) => {
        for (const [i, delay] of delays(kind, seed).entries()) {
          const bound = Math.min(3000, 200 * 2 ** i);
          expect(delay).toBeGreaterThanOrEqual(bound / 2);
          expect(delay).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });

  it('has a jitter that depends on the seed', () => {
    expect(delays('patient', 1)).toEqual(delays('patient', 1));
    const [one, other] = [delays('patient', 1), delays('patient', 2)];
    one.forEach((delay, i) => expect(delay).not.toBe(other[i]));
  });
});

describe('names and options', () => {
  it('prefix all keys of a namespace with one hash tag: Redis Cluster keeps them together', () => {
    expect(keyPrefix('corp', 'simulated-simulated-1')).toBe('{corp}-simulated-simulated-1');
  });

  it('know the queues, and nothing else', () => {
    expect(QUEUE_NAMES).toHaveLength(11);
    expect(QUEUE_NAMES.every(isQueueName)).toBe(true);
    expect(['', 'CEO', 'constructor', 'ceo '].some(isQueueName)).toBe(false);
  });

  it('order priorities; each has a number, because a job without one runs before all others', () => {
    const { critical, high, normal, low } = PRIORITIES;
    expect([critical, high, normal, low].every((number) => number > 0)).toBe(true);
    expect([low, critical, normal, high].sort((a, b) => a - b)).toEqual([critical, high, normal, low]);
  });

  it('let a job survive a night of killed processes, and end one that kills its process', () => {
    const { maxStalledCount, ...timing } = workerOptions({ lockMs: 10_000, stalledCheckMs: 5000 });
    expect(timing).toEqual({ lockDuration: 10_000, stalledInterval: 5000 });
    expect(maxStalledCount).toBeGreaterThan(3);
    expect(maxStalledCount).toBeLessThan(100);
  });
});
