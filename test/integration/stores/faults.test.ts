import { columnsOf } from '../../fixtures/columns-of.ts';
import { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { verifyChain } from '../../../src/domain/audit/chain.ts';
import { type Trial } from '../../../src/domain/research/trial.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { auditEntry } from '../../contract/stores/operations.ts';
import {
  approval,
  candle,
  HOUR,
  order,
  riskState,
  strategy,
  T0,
  together,
  trial,
} from '../../contract/stores/samples.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

let store: TemporaryStore;
let connection: Connection;
let direct: Stores;
beforeAll(async () => {
  store = await openTemporaryStore();
  connection = await store.connect();
  const stores = createMongoStores(connection);
  await stores.ensureIndexes();
  direct = stores;
});
afterAll(() => store?.close());

describe('an answer lost after the write was done', () => {
  let proxy: LossyProxy;
  let stores: Stores;
  beforeAll(async () => {
    proxy = await startLossyProxy(store.port);
    stores = createMongoStores(await store.connect({ via: proxy.url }));
  });
  afterAll(() => proxy?.close());

  async function losing<T>(command: Parameters<LossyProxy['loseAnswerTo']>[0], write: () => Promise<T>): Promise<T> {
    const before = proxy.lost();
    proxy.loseAnswerTo(command);
    const result = await write();
    expect(proxy.lost()).toBe(before + 1);
    return result;
  }

  it('is returned by the retry: inserts', async () => {
    await stores.strategies.addMany([strategy('lost-1')]);
    const batch = ['lost-1', 'lost-2', 'lost-3'].map((hash) => strategy(hash));
    expect(await losing('insert', () => stores.strategies.addMany(batch))).toBe(2);
    expect(await losing('insert', () => stores.orders.insert(order('lost', 'o')))).toBe(true);
    expect(await losing('insert', () => stores.orders.insert(order('lost', 'o')))).toBe(false);
    expect(await losing('insert', () => stores.approvals.issue(approval('lost')))).toStrictEqual(approval('lost'));
  });

  it('is returned by the retry: changes and compare-and-set', async () => {
    const { orders, approvals, riskState: risk } = stores;
    await orders.insert(order('lost', 'move'));
    const moved = await losing('findAndModify', () =>
      orders.transition('lost', 'move', ['intended'], 'approved', { updatedAt: T0 + 1 }),
    );
    expect(moved).toStrictEqual(order('lost', 'move', { state: 'approved', updatedAt: T0 + 1 }));
    const again = await losing('findAndModify', () =>
      orders.transition('lost', 'move', ['intended'], 'approved', { updatedAt: T0 + 1 }),
    );
    expect(again).toBeNull();

    await approvals.issue(approval('lost-use'));
    expect(await losing('update', () => approvals.consume('lost-use', 'o', T0))).toBe(true);

    expect(await losing('insert', () => risk.save(riskState('lost'), 0))).toBe(true);
    expect(await losing('update', () => risk.save(riskState('lost', { version: 2 }), 1))).toBe(true);
    expect(await losing('update', () => risk.save(riskState('lost', { version: 2 }), 1))).toBe(false);
    expect((await risk.get('lost'))?.version).toBe(2);
  });

  it('leaves one audit record and every candle', async () => {
    const record = await losing('insert', () => stores.audit.append(auditEntry('lost')));
    expect(await stores.audit.head()).toStrictEqual(record);
    await losing('insert', () => stores.candles.put('lost', 'BTC/USD', '1h', columnsOf([candle(T0)])));
    await losing('update', () => stores.candles.put('lost', 'BTC/USD', '1h', columnsOf([candle(T0 + HOUR)])));
    expect((await stores.candles.bounds('lost', 'BTC/USD', '1h'))?.count).toBe(2);
  });
});

describe('two processes', () => {
  it('write one audit chain and one month of candles', async () => {
    const others = [direct, createMongoStores(await store.connect()), createMongoStores(await store.connect())];
    const of = (i: number): Stores => others[i % others.length]!;
    const appended = await together(50, (i) => of(i).audit.append(auditEntry(`two-${i % 35}`)));
    expect(new Set(appended.map(({ seq }) => seq)).size).toBe(35);
    expect(verifyChain(await direct.audit.read(1, 1_000), null)).toBeNull();

    await together(30, (i) => of(i).candles.put('two', 'BTC/USD', '1h', columnsOf([candle(T0 + i * HOUR)])));
    expect(await direct.candles.bounds('two', 'BTC/USD', '1h')).toEqual({ first: T0, last: T0 + 29 * HOUR, count: 30 });
  });
});

describe('an invalid record', () => {
  it('is refused in one line before anything of its batch is written', async () => {
    const cycleId = 'stray';
    const stray = { ...trial('stray-2', { cycleId }), colour: 'red' } as Trial;
    const refused = direct.trials.recordMany([trial('stray-1', { cycleId }), stray]);
    await expect(refused).rejects.toMatchObject({ code: 'invalid-record', retryable: false });
    await expect(refused).rejects.toThrow(/^trials 'stray-2' cannot be stored: .*colour.*$/);
    expect(await direct.trials.ofCycle(cycleId)).toEqual([]);
    const wrong = { ...order('stray', 'o'), state: 'lost' } as unknown as Parameters<Stores['orders']['insert']>[0];
    await expect(direct.orders.insert(wrong)).rejects.toThrow("orders 'stray/o' cannot be stored");
  });
});

describe('a server that becomes unreachable', () => {
  it('and returns does not disturb writers and readers', async () => {
    const working = together(20, async (i) => {
      const inserted = await direct.orders.insert(order('restart', `o${i}`));
      const moved = await direct.orders.transition('restart', `o${i}`, ['intended'], 'open', { updatedAt: T0 });
      return [inserted, moved?.state];
    });
    await store.stop();
    await store.start();
    expect(await working).toEqual(Array.from({ length: 20 }, () => [true, 'open']));
    expect(await direct.orders.count({ account: 'restart' })).toBe(20);
  });

  it('permanently causes one clear, retryable error', async () => {
    const impatient = createMongoStores(await store.connect({ serverSelectionMs: 500 }));
    await store.stop();
    try {
      await expect(impatient.orders.get('a', 'b')).rejects.toMatchObject({
        code: 'mongo-unreachable',
        retryable: true,
      });
    } finally {
      await store.start();
    }
  });
});

describe('connecting', () => {
  it('requires journaled writes, and buffers no commands', () => {
    expect(connection.getClient().options.writeConcern).toMatchObject({ w: 1, journal: true });
    expect(connection.get('bufferCommands')).toBe(false);
  });

  it.each([
    ['no server listens', 'mongodb://corp:s3cret@127.0.0.1:1/?connectTimeoutMS=200'],
    ['the password is not escaped', 'mongodb://corp:s3c/ret@secret@127.0.0.1:1/'],
    ['the URL is not a MongoDB URL', 'http://corp:s3cret@127.0.0.1:1/'],
  ])('fails in one line without credentials when %s', async (_, url) => {
    const failure: unknown = await connectMongo({ url, database: 'x', onError: () => {}, serverSelectionMs: 300 }).then(
      (opened) => opened.close(),
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(AppError);
    const { code, retryable, message, stack } = failure as AppError;
    expect({ code, retryable }).toEqual({ code: 'mongo-unreachable', retryable: true });
    expect(message).toMatch(/^MongoDB at .*127\.0\.0\.1:1.* cannot be used: .+$/);
    expect(`${message} ${stack}`).not.toMatch(/s3c|secret/);
  });
});
