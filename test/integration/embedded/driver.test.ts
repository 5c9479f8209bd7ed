import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../../../src/adapters/embedded/server.ts';

const { MongoClient, Binary, Decimal128, ObjectId } = mongoose.mongo;
/** Codes of refusals that are reported as write errors, which have no code name. */
const names: Readonly<Record<number, string>> = { 2: 'BadValue', 9: 'FailedToParse', 72: 'InvalidOptions' };
type Row = { _id?: mongoose.mongo.ObjectId } & Partial<
  Record<'n' | 'group' | 'a' | 'b' | 'r' | 'x' | 'y' | 'version' | 'winner', number>
> &
  Partial<Record<'key' | 'text', string>> &
  Partial<Record<'seen' | 'replaced', boolean>>;

let directory: string;
let store: EmbeddedStore;
let client: InstanceType<typeof MongoClient>;
let rows: mongoose.mongo.Collection<Row>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'embedded-driver-'));
  store = await startEmbeddedStore({ directory });
  client = await new MongoClient(store.url, { maxPoolSize: 50 }).connect();
});
afterAll(async () => {
  await client.close();
  await store.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  await client.db('test').dropDatabase();
  rows = client.db('test').collection<Row>('rows');
});

const numbers = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ n: i, group: i % 3 }));

describe('the ordinary driver', () => {
  it('can distinguish the store from a MongoDB server', async () => {
    const admin = client.db().admin();
    expect(await admin.command({ hello: 1 })).toMatchObject({
      embeddedStore: true,
      maxWireVersion: 21,
      isWritablePrimary: true,
    });
    expect(await admin.ping()).toMatchObject({ ok: 1 });
  });

  it('reads back what it stored: dates, ids, binary, numbers, lists, null', async () => {
    const document = {
      ...{
        _id: new ObjectId(),
        at: new Date('2024-05-06T07:08:09.010Z'),
        bytes: new Binary(Buffer.from([0, 255, 128])),
      },
      ...{
        big: 2 ** 53 - 1,
        fraction: 0.1,
        text: 'ünïcode \u{1F600}',
        list: [1, [2], { three: 3 }],
        nothing: null,
        yes: true,
        sub: { a: { b: 1 } },
      },
    };
    await rows.insertOne(document);
    const found = await rows.findOne({ _id: document._id });
    expect(found).toEqual(document);
    expect(Object.keys(found!)).toEqual(Object.keys(document));
  });

  it('updates, replaces, deletes and counts', async () => {
    await rows.insertMany(numbers(10));
    for (const modifiedCount of [1, 0]) {
      const result = await rows.updateOne({ n: 3 }, { $set: { seen: true } });
      expect(result).toMatchObject({ matchedCount: 1, modifiedCount });
    }
    expect(await rows.updateOne({ n: 77 }, { $set: { seen: true } })).toMatchObject({ matchedCount: 0 });
    expect(await rows.replaceOne({ n: 1 }, { n: 1, replaced: true })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
    });
    expect(await rows.deleteOne({ group: 2 })).toMatchObject({ deletedCount: 1 });
    expect(await rows.deleteMany({ group: 2 })).toMatchObject({ deletedCount: 2 });
    expect(await rows.countDocuments({ seen: true })).toBe(1);
    expect(await rows.estimatedDocumentCount()).toBe(7);
    expect(await rows.updateOne({ n: 99 }, { $set: { x: 1 }, $setOnInsert: { y: 2 } }, { upsert: true })).toMatchObject(
      { upsertedCount: 1, matchedCount: 0 },
    );
    expect(await rows.findOne({ n: 99 }, { projection: { _id: 0 } })).toEqual({ n: 99, x: 1, y: 2 });
  });

  it('sorts, skips, limits and projects', async () => {
    await rows.insertMany(numbers(20));
    const page = await rows
      .find({ n: { $gte: 5 } }, { projection: { _id: 0, n: 1 } })
      .sort({ group: -1, n: 1 })
      .skip(1)
      .limit(3)
      .toArray();
    expect(page).toEqual([{ n: 8 }, { n: 11 }, { n: 14 }]);
  });

  it('reads through cursors of any batch size, also abandoned ones', async () => {
    await rows.insertMany(numbers(1000));
    for (const batchSize of [1, 7, 1000, 5000]) {
      const seen = await rows.find({}, { batchSize }).limit(300).toArray();
      expect(seen.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    }
    expect((await rows.find().toArray()).length).toBe(1000);
    const cursor = rows.find({}, { batchSize: 10 });
    await cursor.next();
    const id = cursor.id!;
    await cursor.close();
    await expect(client.db('test').command({ getMore: id, collection: 'rows' })).rejects.toMatchObject({
      code: 43,
      codeName: 'CursorNotFound',
    });
    expect((await rows.aggregate([{ $match: { group: 1 } }], { batchSize: 5 }).toArray()).length).toBe(333);
  });

  it('splits results larger than one message', async () => {
    const text = 'x'.repeat(3_000_000);
    for (let i = 0; i < 20; i += 1) await rows.insertOne({ n: i, text });
    expect((await rows.find().toArray()).length).toBe(20);
  });

  it('groups', async () => {
    await rows.insertMany(numbers(10));
    const groups = await rows
      .aggregate([
        { $match: { n: { $lt: 9 } } },
        { $group: { _id: '$group', sum: { $sum: '$n' }, mean: { $avg: '$n' } } },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    expect(groups).toEqual([
      { _id: 0, sum: 9, mean: 3 },
      { _id: 1, sum: 12, mean: 4 },
      { _id: 2, sum: 15, mean: 5 },
    ]);
  });

  it('lets 50 concurrent upserts of one unique key make one document and lose no increment', async () => {
    await rows.createIndex({ key: 1 }, { unique: true });
    await Promise.all(
      Array.from({ length: 50 }, () => rows.updateOne({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true })),
    );
    await Promise.all(
      Array.from({ length: 50 }, () => rows.findOneAndUpdate({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true })),
    );
    expect(await rows.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ key: 'k', n: 100 }]);
  });

  it('lets exactly one of several compare-and-set writers succeed', async () => {
    await rows.insertOne({ key: 'order', version: 1 });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        rows.findOneAndUpdate(
          { key: 'order', version: 1 },
          { $set: { winner: i }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        ),
      ),
    );
    expect(results.filter((found) => found !== null)).toMatchObject([{ version: 2 }]);
  });

  it('finds and modifies: before, after, upserted, replaced', async () => {
    await rows.insertMany(numbers(5));
    expect(await rows.findOneAndUpdate({ n: 4 }, { $set: { a: 1 } })).not.toHaveProperty('a');
    expect(await rows.findOneAndUpdate({ a: 1 }, { $set: { a: 2 } }, { returnDocument: 'after' })).toMatchObject({
      n: 4,
      a: 2,
    });
    expect(await rows.findOneAndUpdate({ n: 99 }, { $set: { a: 3 } })).toBeNull();
    expect(await rows.findOneAndUpdate({ n: 77 }, { $set: { a: 3 } }, { upsert: true })).toBeNull();
    expect(
      await rows.findOneAndUpdate(
        { n: 78 },
        { $set: { a: 3 } },
        { upsert: true, returnDocument: 'after', includeResultMetadata: true },
      ),
    ).toMatchObject({
      value: { n: 78, a: 3 },
      lastErrorObject: { updatedExisting: false },
    });
    expect(await rows.findOneAndReplace({ n: 77 }, { n: 77, b: 1 }, { returnDocument: 'after' })).toMatchObject({
      b: 1,
    });
  });

  it('reports duplicates in the form that the driver expects', async () => {
    await rows.createIndex({ key: 1 }, { unique: true });
    await rows.insertMany([{ key: 'a' }, { key: 'b' }]);
    const duplicate = { code: 11000, keyPattern: { key: 1 }, keyValue: { key: 'a' } };
    await expect(rows.insertOne({ key: 'a' })).rejects.toMatchObject(duplicate);
    await expect(rows.updateOne({ key: 'b' }, { $set: { key: 'a' } })).rejects.toMatchObject(duplicate);
    await expect(rows.findOneAndUpdate({ key: 'b' }, { $set: { key: 'a' } })).rejects.toMatchObject({
      ...duplicate,
      codeName: 'DuplicateKey',
    });
    await expect(rows.insertOne({ _id: (await rows.findOne())!._id })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { _id: 1 },
    });
    await expect(rows.createIndex({ missing: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
  });

  it('stops an ordered bulk at its first error and completes an unordered one', async () => {
    await rows.createIndex({ key: 1 }, { unique: true });
    const documents = ['a', 'a', 'b', 'b', 'c'].map((key) => ({ key }));
    await expect(rows.insertMany(documents.map((one) => ({ ...one })))).rejects.toMatchObject({ insertedCount: 1 });
    await rows.deleteMany({});
    await expect(rows.insertMany(documents, { ordered: false })).rejects.toMatchObject({
      insertedCount: 3,
      writeErrors: [{ index: 1 }, { index: 3 }],
    });
    const result = await rows.bulkWrite([
      { insertOne: { document: { key: 'd' } } },
      { updateOne: { filter: { key: 'a' }, update: { $set: { x: 1 } } } },
      { updateOne: { filter: { key: 'e' }, update: { $set: { x: 2 } }, upsert: true } },
      { replaceOne: { filter: { key: 'b' }, replacement: { key: 'b', r: 1 } } },
      { deleteOne: { filter: { key: 'c' } } },
      { updateOne: { filter: { x: 1 }, update: { $inc: { x: 10 } } } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      upsertedCount: 1,
      deletedCount: 1,
    });
    expect(
      await rows
        .find({}, { projection: { _id: 0 } })
        .sort({ key: 1 })
        .toArray(),
    ).toEqual([{ key: 'a', x: 11 }, { key: 'b', r: 1 }, { key: 'd' }, { key: 'e', x: 2 }]);
  });

  it('creates an index once, and refuses another with the same name or key', async () => {
    const make = (key: mongoose.mongo.IndexSpecification, name: string, unique: boolean) =>
      rows.createIndex(key, { name, unique });
    await make({ a: 1, b: -1 }, 'ab', true);
    await make({ a: 1, b: -1 }, 'ab', true);
    await make({ _id: 1 }, '_id_', false);
    for (const conflicting of [make({ a: 1, b: -1 }, 'other', true), make({ z: 1 }, 'ab', true)]) {
      await expect(conflicting).rejects.toMatchObject({ codeName: 'IndexOptionsConflict' });
    }
    await expect(make({ a: 1, b: -1 }, 'ab', false)).rejects.toMatchObject({ codeName: 'IndexOptionsConflict' });
  });

  type Rows = mongoose.mongo.Collection;
  it.each<[string, (database: mongoose.mongo.Db, rows: Rows) => Promise<unknown>, string, string]>([
    ['unknown commands', (database) => database.command({ mapReduce: 'rows' }), 'CommandNotFound', 'mapReduce'],
    ...[
      'distinct',
      'create',
      'drop',
      'listCollections',
      'listIndexes',
      'dropIndexes',
      'listDatabases',
      'buildInfo',
    ].map((name): [string, (database: mongoose.mongo.Db) => Promise<unknown>, string, string] => [
      name,
      (database) => database.command({ [name]: 'rows' }),
      'CommandNotFound',
      name,
    ]),
    ['options', (database) => database.command({ find: 'rows', showRecordId: true }), 'InvalidOptions', 'showRecordId'],
    ['collations', (_, any) => any.find({}, { collation: { locale: 'de' } }).toArray(), 'InvalidOptions', 'collation'],
    ['hints', (_, any) => any.find({}, { hint: '_id_' }).toArray(), 'InvalidOptions', 'hint'],
    ['time limits', (_, any) => any.find({}, { maxTimeMS: 5 }).toArray(), 'InvalidOptions', 'maxTimeMS'],
    ['many', (_, any) => any.updateMany({}, { $set: { a: 1 } }), 'InvalidOptions', 'multi'],
    [
      'array filters',
      (_, any) => any.updateOne({}, { $set: { a: 1 } }, { arrayFilters: [{ x: 1 }] }),
      'InvalidOptions',
      'arrayFilters',
    ],
    [
      'sorted modification',
      (_, any) => any.findOneAndUpdate({}, { $set: { a: 1 } }, { sort: { n: 1 } }),
      'InvalidOptions',
      'sort',
    ],
    [
      'projected modification',
      (_, any) => any.findOneAndUpdate({}, { $set: { a: 1 } }, { projection: { n: 1 } }),
      'InvalidOptions',
      'fields',
    ],
    ['removal by modification', (_, any) => any.findOneAndDelete({}), 'InvalidOptions', 'remove'],
    [
      'counts with a query',
      (database) => database.command({ count: 'rows', query: { n: 1 } }),
      'InvalidOptions',
      'query',
    ],
    [
      'expiry',
      (_, any) => any.createIndex({ at: 1 }, { expireAfterSeconds: 1 }),
      'InvalidOptions',
      'expireAfterSeconds',
    ],
    ['sparse indexes', (_, any) => any.createIndex({ at: 1 }, { sparse: true }), 'InvalidOptions', 'sparse'],
    [
      'partial indexes',
      (_, any) => any.createIndex({ at: 1 }, { partialFilterExpression: { a: 1 } }),
      'InvalidOptions',
      'partialFilterExpression',
    ],
    ['text indexes', (_, any) => any.createIndex({ at: 'text' }), 'CannotCreateIndex', 'at'],
    ['nested indexes', (_, any) => any.createIndex({ 'a.b': 1 }), 'CannotCreateIndex', 'a.b'],
    ['query operators', (_, any) => any.find({ n: { $near: 1 } }).toArray(), 'BadValue', '$near'],
    ['documents to compare with', (_, any) => any.find({ n: { a: 1 } }).toArray(), 'BadValue', "'n'"],
    ['stages', (_, any) => any.aggregate([{ $out: 'x' }]).toArray(), 'BadValue', '$out'],
    ['bad names', (database) => database.command({ insert: 'a$b', documents: [{}] }), 'InvalidNamespace', 'a$b'],
    ['update operators', (_, any) => any.updateOne({}, { $rename: { n: 'm' } }), 'FailedToParse', '$rename'],
    ['lists in indexed fields', (_, any) => any.createIndex({ list: 1 }), 'BadValue', "'list'"],
    ['values it cannot hold', (_, any) => any.insertOne({ p: Decimal128.fromString('1.5') }), 'BadValue', 'Decimal128'],
  ])('gets %s refused by name, also on an empty result', async (_, run, codeName, named) => {
    for (const database of [client.db('test'), client.db('nothing')]) {
      const any = database.collection('rows');
      if (database.databaseName === 'test') await any.insertOne({ n: 1, list: [1] });
      else if (named === "'list'") continue;
      const failure = await run(database, any).catch((error: unknown) => error);
      expect(
        (failure as { code: number; codeName?: string }).codeName ?? names[(failure as { code: number }).code],
      ).toBe(codeName);
      expect((failure as Error).message).toContain(named);
    }
  });

  it.each<[string, (rows: Rows) => Promise<unknown>, number]>([
    ['increments of text', (found) => found.updateOne({}, { $inc: { text: 1 } }), 14],
    ['another _id', (found) => found.updateOne({}, { $set: { _id: 1 } }), 66],
    ['the removal of _id', (found) => found.updateOne({}, { $unset: { _id: 1 } }), 66],
  ])('gets %s refused', async (_, run, code) => {
    await rows.insertOne({ n: 1, text: 'x' });
    await expect(run(client.db('test').collection('rows'))).rejects.toMatchObject({ code });
  });

  it('gets transactions refused', async () => {
    const session = client.startSession();
    const inTransaction = session.withTransaction(() => rows.insertOne({ n: 1 }, { session }));
    await expect(inTransaction).rejects.toMatchObject({ codeName: 'CommandNotSupported' });
    await session.endSession();
  });

  it('can send unacknowledged writes', async () => {
    await rows.insertOne({ n: 1 }, { writeConcern: { w: 0 } });
    const single = await new MongoClient(store.url, { maxPoolSize: 1 }).connect();
    await single
      .db('test')
      .collection('rows')
      .insertOne({ n: 2 }, { writeConcern: { w: 0 } });
    expect(await single.db('test').collection('rows').countDocuments({ n: 2 })).toBe(1);
    await single.close();
  });

  it('closes the connection of a client that violates the protocol and logs it; does not log a disconnect', async () => {
    const lines: string[] = [];
    const own = await startEmbeddedStore({ directory: join(directory, 'own'), log: (line) => void lines.push(line) });
    const [silent, rude, lost] = [connect(own.port), connect(own.port), connect(own.port)];
    await Promise.all([silent, rude, lost].map((socket) => once(socket, 'connect')));
    lost.resetAndDestroy();
    rude.resume().write('GET / HTTP/1.1\r\n\r\n');
    await once(rude, 'close');
    const gone = once(silent.resume(), 'close');
    await own.close();
    await gone;
    expect(lines).toEqual([expect.stringContaining('closed a connection: WireError: impossible message length')]);
  });
});
