import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { Redis } from 'ioredis';
import { type Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { openFormat } from '../../../src/runtime/format/open-format.ts';
import { CURRENT_FORMAT, MIGRATIONS } from '../../../src/runtime/format/migrations.ts';
import { startTestRedis, type TestRedis } from '../../fixtures/redis-server.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

let redisServer: TestRedis;
let redis: Redis;
let store: TemporaryStore;
let mongo: Connection;
beforeAll(async () => {
  [redisServer, store] = await Promise.all([startTestRedis(), openTemporaryStore()]);
  redis = new Redis(redisServer.url);
  mongo = await store.connect();
});
afterAll(async () => {
  redis?.disconnect();
  await Promise.all([redisServer?.stop(), store?.close()]);
});

const prefix = '{test}-simulated-x';
const open = (access: 'read' | 'write') => openFormat({ mongo, redisUrl: redisServer.url, prefix, access });
const collection = (name: string) => mongo.db!.collection<{ _id: string; [field: string]: unknown }>(name);
const marks = async () => [
  (await collection('meta').findOne({ _id: 'format' }))?.['format'],
  await redis.get(`${prefix}:format`),
];
const JOB = `${prefix}:trader:7`;

/** Writes data as a version without format numbers did. */
async function writeOldData(): Promise<void> {
  await collection('deadLetters').insertOne({ _id: 'trader/7', code: 'MONGO_UNREACHABLE', reason: 'gone' });
  await redis.zadd(`${prefix}:trader:failed`, 1, '7');
  await redis.hset(JOB, 'failedReason', '[MONGO_UNREACHABLE] gone');
}

const codes = async () => [
  (await collection('deadLetters').findOne({ _id: 'trader/7' }))?.['code'],
  await redis.hget(JOB, 'failedReason'),
];

beforeEach(async () => {
  await redis.flushall();
  for (const name of ['meta', 'deadLetters']) await collection(name).deleteMany({});
});

describe('the format number of store and queues', () => {
  it('equals that of the last migration; migrations are numbered without gaps', () => {
    expect(MIGRATIONS.map(({ to }) => to)).toEqual(Array.from({ length: CURRENT_FORMAT }, (_, i) => i + 1));
  });

  it('is written when a new company is opened for writing; a reader writes nothing', async () => {
    await open('read');
    expect(await marks()).toEqual([undefined, null]);
    await open('write');
    expect(await marks()).toEqual([CURRENT_FORMAT, String(CURRENT_FORMAT)]);
    await open('read');
  });

  it('is missing beside data: a reader refuses, a writer migrates', async () => {
    await writeOldData();
    await expect(open('read')).rejects.toMatchObject({
      code: 'format-older',
      advice: expect.stringContaining('corp start') as string,
    });
    await open('write');
    expect(await codes()).toEqual(['mongo-unreachable', '[mongo-unreachable] gone']);
    expect(await marks()).toEqual([CURRENT_FORMAT, String(CURRENT_FORMAT)]);
  });

  it('jobs of one market become jobs of several markets', async () => {
    const key = `${prefix}:trader:tick-settle.paper.BTC-USD.1h.t0`;
    const old = { meta: { priority: 'high' }, payload: { account: 'paper', symbol: 'BTC-USD', timeframe: '1h' } };
    await redis.hset(key, { name: 'settle', data: JSON.stringify(old) });
    await redis.hset(`${prefix}:trader:other`, { name: 'execute', data: JSON.stringify(old) });
    await redis.set(`${prefix}:trader:id`, '7');
    await open('write');
    const { symbol, ...rest } = old.payload;
    const expected = { meta: old.meta, payload: { ...rest, symbols: [symbol] } };
    expect(JSON.parse((await redis.hget(key, 'data'))!)).toEqual(expected);
    expect(JSON.parse((await redis.hget(`${prefix}:trader:other`, 'data'))!)).toEqual(old);
    expect((await marks())[1]).toBe(String(CURRENT_FORMAT));
  });

  it('old orders leave the document of a paper account and become rows', async () => {
    const outcome = { state: 'filled', filledAmount: 0.5, fees: 0.1, updatedAt: 7 };
    const state = { cash: '10', orders: {}, settled: { 'bc-1': outcome, 'bc.2': { ...outcome, reason: 'x' } } };
    await collection('venueAccounts').insertOne({
      _id: 'paper',
      account: 'paper',
      version: 3,
      state: JSON.stringify(state),
    });
    await collection('meta').insertOne({ _id: 'format', format: 3 });
    await Promise.all([open('write'), open('write')]);
    const { venueAccounts } = createMongoStores(mongo);
    expect(await venueAccounts.load('paper')).toEqual({ version: 3, state: { cash: '10', orders: {} } });
    expect(await venueAccounts.pastOrder('paper', 'bc-1')).toEqual({ clientOrderId: 'bc-1', ...outcome });
    expect(await venueAccounts.pastGroup('paper', 'bc.2')).toHaveLength(1);
  });

  it('incubating strategies leave the main account, also when two processes open it', async () => {
    const hash = 'a'.repeat(64);
    const row = { account: 'paper', strategyHash: hash, symbol: 'BTC-USD', timeframe: '1h', rank: 1, reason: 'found' };
    await collection('portfolios').insertMany([
      { _id: `paper/${hash}/BTC-USD`, ...row, state: 'incubating' },
      { _id: `paper/${hash}/ETH-USD`, ...row, symbol: 'ETH-USD', state: 'active' },
    ]);
    await collection('meta').insertOne({ _id: 'format', format: 4 });
    await Promise.all([open('write'), open('write')]);
    const { portfolio } = createMongoStores(mongo);
    const account = incubationAccount('paper', hash);
    expect(await portfolio.list({ company: 'paper', symbol: 'BTC-USD' })).toMatchObject([
      { account: 'paper', state: 'retired', reason: `goes on as incubating on account ${account}` },
      { account, incubationOf: 'paper', state: 'incubating', reason: 'found' },
    ]);
    expect(await portfolio.list({ company: 'paper', symbol: 'ETH-USD' })).toMatchObject([
      { account: 'paper', state: 'active' },
    ]);
  });

  it('a migration killed between store and queues is completed by the next process', async () => {
    await writeOldData();
    await collection('meta').insertOne({ _id: 'format', format: 1 });
    await open('write');
    expect((await codes())[1]).toBe('[mongo-unreachable] gone');
    expect((await marks())[1]).toBe(String(CURRENT_FORMAT));
  });

  it('two processes may open it concurrently', async () => {
    await writeOldData();
    await Promise.all([open('write'), open('write'), open('write')]);
    expect(await codes()).toEqual(['mongo-unreachable', '[mongo-unreachable] gone']);
    expect(await marks()).toEqual([CURRENT_FORMAT, String(CURRENT_FORMAT)]);
  });

  it.each(['read', 'write'] as const)('of a newer version is refused (%s)', async (access) => {
    await collection('meta').insertOne({ _id: 'format', format: CURRENT_FORMAT + 1 });
    await expect(open(access)).rejects.toMatchObject({ code: 'format-newer' });
    await collection('meta').deleteMany({});
    await redis.set(`${prefix}:format`, CURRENT_FORMAT + 1);
    await expect(open(access)).rejects.toMatchObject({ code: 'format-newer' });
    expect(await redis.get(`${prefix}:format`)).toBe(String(CURRENT_FORMAT + 1));
  });
});
