import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { readRegistry } from '../../../src/runtime/services/registry.ts';
import { startStore } from '../../../src/runtime/services/start-services.ts';
import { startTestRedis, type TestRedis } from '../../fixtures/redis-server.ts';
import { silent } from '../../fixtures/silent-logger.ts';
import { processesNaming, workspace, type Finished, type Workspace } from '../cli/corp-process.ts';

/** A company on a Redis of its own, so that each kind of trouble can be made; its store is embedded. */
const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '1',
  CORP_DATABASE__QUEUES__LOCK_MS: '10000',
};
const ACCOUNT = 'paper-simulated-18';

interface Running {
  readonly place: Workspace;
  readonly redis: TestRedis;
  readonly child: ChildProcess;
  /** Sends a command to Redis. */
  readonly tell: (...command: [string, ...string[]]) => Promise<void>;
}

async function redisOfTest(): Promise<TestRedis> {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

function spawnCompany(place: Workspace): ChildProcess {
  const child = place.spawn('start', '--port', '0', '--json', '--speed', '600');
  child.stderr!.resume();
  onTestFinished(async () => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    const exited = isRunning ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await exited;
    await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  });
  return child;
}

async function company(): Promise<Running> {
  const redis = await redisOfTest();
  const place = workspace({ ...SMALL, REDIS_URL: redis.url });
  const child = spawnCompany(place);
  await once(createInterface({ input: child.stdout! }), 'line');
  const tell: Running['tell'] = async (...command) => {
    const client = new Redis(redis.url);
    await client.call(...command);
    client.disconnect();
  };
  return { place, redis, child, tell };
}

async function riskStateAt(url: string): Promise<RiskState | null> {
  const mongo = await connectMongo({ url, database: 'corp-simulated', onError: () => undefined });
  try {
    return await createMongoStores(mongo).riskState.get(ACCOUNT);
  } finally {
    await mongo.close();
  }
}

/** From the store itself: nothing that the brake says counts. */
async function riskState({ dataDirectory }: Workspace): Promise<RiskState | null> {
  const running = readRegistry(dataDirectory)?.mongo?.url;
  if (running !== undefined) return riskStateAt(running);
  const store = await startStore({ dataDirectory, log: silent, onFatal: () => undefined });
  try {
    return await riskStateAt(store.mongo.url);
  } finally {
    await store.close();
  }
}

const brake = (place: Workspace, name: string): Promise<Finished> => place.corp(name, '--reason', 'x'.repeat(500));

/** Halt, reduce and resume take effect; a flatten is stored, and its command says what is not done. */
async function brakesWork(place: Workspace, later: RegExp): Promise<void> {
  for (const [name, tradingState] of [
    ['reduce', 'REDUCING'],
    ['resume', 'ACTIVE'],
    ['halt', 'HALTED'],
  ] as const) {
    const { exitCode, stdout, stderr } = await brake(place, name);
    expect({ name, exitCode, stdout }).toMatchObject({ name, exitCode: 0 });
    expect(stdout).toContain(`${ACCOUNT}: trading goes from`);
    expect(stderr).toMatch(later);
    expect(await riskState(place)).toMatchObject({ tradingState, stateSetBy: 'operator' });
  }
  const flattened = await brake(place, 'flatten');
  expect(await riskState(place)).toMatchObject({ tradingState: 'HALTED', flatten: { by: 'operator' } });
  // "Done" only when it is done.
  if (flattened.exitCode !== 0) expect(flattened.stderr).toMatch(/the request is stored/);
  else expect(flattened.stdout).toMatch(/no open position|closing orders placed/);
}

const UNTOLD = /^corp: Redis was not told \(it [^\n]*\n$/;
const TOLD = /^$/;

it.each<[string, (running: Running) => Promise<void>, RegExp]>([
  ['Redis is down', async ({ redis }) => redis.kill(), UNTOLD],
  ['Redis hangs', async ({ tell }) => tell('CLIENT', 'PAUSE', '120000', 'ALL'), UNTOLD],
  ['Redis is full', async ({ tell }) => tell('CONFIG', 'SET', 'maxmemory', '1000000'), UNTOLD],
  ['Redis was emptied', async ({ tell }) => tell('FLUSHALL'), TOLD],
  ['the password of Redis was changed', async ({ tell }) => tell('CONFIG', 'SET', 'requirepass', 'other'), UNTOLD],
  ['the company hangs', async ({ child }) => void child.kill('SIGSTOP'), TOLD],
  [
    'the company was killed, and Redis is down',
    async ({ child, redis }) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await redis.kill();
    },
    UNTOLD,
  ],
])('the brakes work while %s', async (_, makeTrouble, later) => {
  const running = await company();
  await makeTrouble(running);
  await brakesWork(running.place, later);
});

it('the brakes work on a company that was restored from its store alone', async () => {
  const { place, child } = await company();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  const restored = workspace(SMALL);
  mkdirSync(restored.dataDirectory);
  cpSync(join(place.dataDirectory, 'store'), join(restored.dataDirectory, 'store'), { recursive: true });
  await brakesWork(restored, TOLD);
});

it('a halt while a company starts for the first time is in force when it trades', async () => {
  const redis = await redisOfTest();
  const place = workspace({ ...SMALL, REDIS_URL: redis.url });
  const child = spawnCompany(place);
  const running = once(createInterface({ input: child.stdout! }), 'line');
  await expect.poll(() => readRegistry(place.dataDirectory)).not.toBeNull();
  const { exitCode, stdout } = await brake(place, 'halt');
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(ACCOUNT) as string });
  await running;
  expect(await riskState(place)).toMatchObject({ tradingState: 'HALTED', stateSetBy: 'operator' });
});

it('a halt that cannot reach the store says that nothing was stopped, and what to do', async () => {
  const { place, child } = await company();
  const store = readRegistry(place.dataDirectory)?.mongo?.process?.pid;
  process.kill(store!, 'SIGSTOP');
  try {
    const { exitCode, stdout, stderr } = await brake(place, 'halt');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^corp: nothing was stopped, because the store cannot be written: [^\n]*\n$/);
    expect(stderr).toContain(`By hand: end the company: kill -9 ${child.pid}`);
  } finally {
    process.kill(store!, 'SIGCONT');
  }
  expect(await riskState(place)).toMatchObject({ tradingState: 'ACTIVE' });
});

it('a store that lost everything has no company to stop', async () => {
  const place = workspace(SMALL);
  rmSync(place.dataDirectory, { recursive: true, force: true });
  const { exitCode, stdout, stderr } = await brake(place, 'halt');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^corp: no company is known to this store[^\n]*\n$/);
});
