import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { startTestRedis, type TestRedis } from '../../fixtures/redis-server.ts';
import { processesNaming, workspace, type Workspace } from '../cli/corp-process.ts';

const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '2',
  CORP_DATABASE__QUEUES__LOCK_MS: '10000',
};
const PATIENCE = { timeout: 120_000, interval: 500 };

interface Running {
  readonly place: Workspace;
  readonly redis: TestRedis;
  readonly child: ChildProcess;
  readonly url: string;
}

async function company(): Promise<Running> {
  const redis = await startTestRedis();
  const place = workspace({ ...SMALL, REDIS_URL: redis.url });
  const child = place.spawn('start', '--port', '0', '--json', '--speed', '600');
  child.stderr!.resume();
  onTestFinished(async () => {
    const exited = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGTERM');
    await exited;
    await redis.stop();
    await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { place, redis, child, url: (JSON.parse(line) as { api: string }).api };
}

async function items<T>(url: string, path: string): Promise<readonly T[]> {
  return ((await (await fetch(`${url}${path}`)).json()) as { items: T[] }).items;
}

const titles = async (url: string): Promise<string[]> =>
  (await items<{ title: string }>(url, '/alerts?limit=100')).map(({ title }) => title);
const marketTime = async ({ place }: Running): Promise<number> =>
  (await place.json<{ marketTime: number }>('status')).marketTime;

it('a cycle that runs while Redis is emptied ends, and ticks go on', async () => {
  const running = await company();
  const { url, redis } = running;
  const states = async (): Promise<string[]> =>
    (await items<{ state: string }>(url, '/cycles')).map(({ state }) => state);
  await expect.poll(states, PATIENCE).toContain('running');
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await expect.poll(states, PATIENCE).toContain('completed');
  await expect.poll(() => titles(url), PATIENCE).toContain('Redis has lost data');
  const before = await marketTime(running);
  await expect.poll(() => marketTime(running), PATIENCE).toBeGreaterThan(before);
  expect(running.child.exitCode).toBeNull();
});

it('Redis that is gone for a while is said by /ready and alerts, and everything goes on', async () => {
  const running = await company();
  const { url, redis, child } = running;
  const ready = async (): Promise<number> => (await fetch(new URL('/ready', url))).status;
  expect(await ready()).toBe(200);
  const before = await marketTime(running);
  await redis.kill();
  await expect.poll(ready, PATIENCE).toBe(503);
  await expect.poll(() => titles(url), PATIENCE).toContain('Redis cannot be used');
  // The length of the outage is what is tested: leases and locks expire.
  await delay(30_000);
  expect(child.exitCode).toBeNull();
  await redis.start();
  await expect.poll(ready, PATIENCE).toBe(200);
  await expect.poll(() => titles(url), PATIENCE).toContain('Redis works again');
  await expect.poll(() => marketTime(running), PATIENCE).toBeGreaterThan(before);
});
