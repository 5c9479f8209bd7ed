import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyPrefix } from '../../queues/names.ts';
import { clientOptions } from '../../queues/options.ts';
import { allQueues, createProducer } from '../../queues/producer.ts';
import { createRedisBroadcaster } from '../../src/adapters/broadcast/redis-stream.ts';
import { announceCompany, findCompany } from '../../src/runtime/company-descriptor.ts';
import { silent } from '../fixtures/silent-logger.ts';
import { startTestRedis, type TestRedis } from '../fixtures/redis-server.ts';

// Bug: connections opened per call and never closed. See also the fifty ticks of test/integration/agents/cycle.test.ts.

let redis: TestRedis;
let counter: Redis;
beforeAll(async () => {
  redis = await startTestRedis();
  counter = new Redis(redis.url);
});
afterAll(async () => {
  counter.disconnect();
  await redis.stop();
});
const clients = async (): Promise<number> => ((await counter.client('LIST')) as string).trim().split('\n').length;
const opened = async (): Promise<number> =>
  Number(/total_connections_received:(\d+)/.exec(await counter.info('stats'))?.[1]);

it('a hundred jobs and broadcasts open no new connection', async () => {
  const producer = createProducer({
    connection: { url: redis.url, ...clientOptions('patient', Math.random) },
    prefix: keyPrefix('t', 'replay'),
    log: silent,
  });
  const broadcaster = createRedisBroadcaster({ url: redis.url, key: 'b', maxLength: 100, onError: () => undefined });
  const work = async (n: number): Promise<void> => {
    for (const queue of allQueues(producer)) await queue.getJobCounts('waiting');
    await producer.add('worker-manager', 'noop', { n });
    await producer.addFlow({ queue: 'worker-manager', name: 'noop', payload: { n }, jobId: `n-${n}` });
    await broadcaster.publish({ topic: 'alert', at: n, data: {} });
  };
  await work(0);
  const [clientsBefore, openedBefore] = [await clients(), await opened()];
  for (let n = 1; n <= 100; n += 1) await work(n);
  expect(await clients()).toBe(clientsBefore);
  expect(await opened()).toBe(openedBefore);
  await broadcaster.close();
  await producer.close();
  await expect.poll(clients, { interval: 5 }).toBe(1);
});

it('a connection opened for one call is closed after it', async () => {
  const descriptor = { mode: 'replay', account: 'a', source: 's', announcedAt: 1 } as const;
  await announceCompany(redis.url, 't', descriptor);
  for (let n = 0; n < 20; n += 1) expect(await findCompany(redis.url, 't')).toEqual(descriptor);
  await expect.poll(clients, { interval: 5 }).toBe(1);
});
