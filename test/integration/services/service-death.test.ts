import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { ServiceError } from '../../../src/runtime/services/service-error.ts';
import { connect, startForTest, temporaryDirectory } from '../../fixtures/services/workspace.ts';

const quick = { firstBackoffMs: 1, maxBackoffMs: 5 };

it('brings a killed Redis back on the same port with every write it acknowledged', async () => {
  const { services, log } = await startForTest(temporaryDirectory(), { limits: { ...quick, rapidDeaths: 100 } });
  const { url } = services.redis;
  const writer = connect(url);
  const acknowledged = new Set<string>();
  let next = 0;
  let writing = true;
  // Concurrent streams, so that there is always a write between request and answer when the kill comes.
  const streams = Array.from({ length: 8 }, async () => {
    while (writing) {
      const key = `key-${(next += 1)}`;
      await writer.set(key, 'x'.repeat(500));
      acknowledged.add(key);
      if (acknowledged.size % 200 === 0) writer.emit('progress');
    }
  });
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => writer.once('progress', resolve));
    const back = log.next('redis was restarted');
    process.kill(services.redis.pid ?? 0, 'SIGKILL');
    expect(await back).toMatchObject({ pid: services.redis.pid });
  }
  writing = false;
  await Promise.all(streams);

  expect(services.redis.url).toBe(url);
  const values = await connect(url).mget([...acknowledged]);
  expect(values.filter((value) => value === null)).toEqual([]);
  expect(acknowledged.size).toBeGreaterThanOrEqual(1000);
});

it('brings a killed store back on the same port', async () => {
  const { services, log } = await startForTest(temporaryDirectory(), { limits: quick });
  const { url, pid } = services.mongo;
  const back = log.next('store was restarted');
  process.kill(pid ?? 0, 'SIGKILL');
  await back;
  expect(services.mongo.url).toBe(url);
  expect(services.mongo.pid).not.toBe(pid);
});

it('gives up a service that keeps dying, and reports it once', async () => {
  const fatal = vi.fn<(error: ServiceError) => void>();
  const gaveUp = new Promise<void>((resolve) => fatal.mockImplementation(() => resolve()));
  const { services, log } = await startForTest(temporaryDirectory(), {
    limits: { ...quick, rapidDeaths: 3 },
    onFatal: fatal,
  });
  for (const _ of [1, 2]) {
    const back = log.next('redis was restarted');
    process.kill(services.redis.pid ?? 0, 'SIGKILL');
    await back;
  }
  process.kill(services.redis.pid ?? 0, 'SIGKILL');
  await gaveUp;
  expect(fatal.mock.calls[0]?.[0]).toMatchObject({ code: 'service-keeps-dying' });
  expect(fatal).toHaveBeenCalledTimes(1);
  expect(services.redis.pid).toBeUndefined();
});

it.each([
  ['the data directory was removed', (directory: string) => rmSync(directory, { recursive: true })],
  [
    'the directory of the store was moved',
    (directory: string) => renameSync(join(directory, 'store'), join(directory, 'x')),
  ],
  ['the lock was removed', (directory: string) => rmSync(join(directory, 'lock'), { recursive: true })],
])('reports that %s, which no service notices', async (_name, harm) => {
  let report: (error: ServiceError) => void = () => undefined;
  const fatal = new Promise<ServiceError>((resolve) => (report = resolve));
  const directory = join(temporaryDirectory(), 'data');
  await startForTest(directory, { onFatal: (error) => report(error) });
  harm(directory);
  expect(await fatal).toMatchObject({ code: 'data-directory-lost' });
});

it('restarts nothing while it closes', async () => {
  const { services, log } = await startForTest(temporaryDirectory(), {
    limits: { firstBackoffMs: 60_000, maxBackoffMs: 60_000 },
  });
  const died = log.next('redis died and is restarted');
  process.kill(services.redis.pid ?? 0, 'SIGKILL');
  await died;
  await services.close();
  expect(log.text()).not.toContain('redis was restarted');
});
