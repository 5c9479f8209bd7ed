import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { CLIENT_OPTIONS, reconnectDelay, workerOptions } from '../../../queues/options.ts';
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
    const client = new Redis(url, { ...CLIENT_OPTIONS.patient, lazyConnect: true });
    expect(client.options).toMatchObject(expected);
    client.disconnect();
  });

  it('makes workers wait for Redis for ever, and people not at all', () => {
    expect(CLIENT_OPTIONS.patient).toMatchObject({ maxRetriesPerRequest: null, retryStrategy: reconnectDelay });
    expect(CLIENT_OPTIONS.prompt).toMatchObject({ maxRetriesPerRequest: 1, enableOfflineQueue: false });
  });
});

describe('reconnecting', () => {
  it('waits between 50 ms and 3 s, whatever the attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (times) => {
        const delay = reconnectDelay(times);
        expect(delay).toBeGreaterThanOrEqual(50);
        expect(delay).toBeLessThanOrEqual(3000);
      }),
    );
  });

  it('waits longer at later attempts, and not the same each time', () => {
    expect(reconnectDelay(1)).toBeLessThanOrEqual(200);
    const late = Array.from({ length: 20 }, (_, i) => reconnectDelay(10 + i));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(1500);
    expect(new Set(late).size).toBeGreaterThan(10);
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
