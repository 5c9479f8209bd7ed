import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../../../src/adapters/embedded/server.ts';

const { MongoClient, Binary, Decimal128, ObjectId } = mongoose.mongo;
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
  it('can tell that this is not a real server', async () => {
    const admin = client.db().admin();
    expect(await admin.command({ hello: 1 })).toMatchObject({
      embeddedStore: true,
      maxWireVersion: 21,
      isWritablePrimary: true,
    });
    expect(await admin.buildInfo()).toMatchObject({ embeddedStore: true, modules: ['corp-embedded'] });
    expect(await admin.ping()).toMatchObject({ ok: 1 });
    expect(await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 })).toMatchObject({
      featureCompatibilityVersion: { version: '7.0' },
    });
  });

  it('gets back what it stored: dates, ids, binary, numbers, lists, null', async () => {
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
    expect(await rows.updateMany({ group: 0 }, { $set: { seen: true } })).toMatchObject({
      matchedCount: 4,
      modifiedCount: 4,
    });
    expect(await rows.updateMany({ group: 0 }, { $set: { seen: true } })).toMatchObject({
      matchedCount: 4,
      modifiedCount: 0,
    });
    expect(await rows.replaceOne({ n: 1 }, { n: 1, replaced: true })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
    });
    expect(await rows.deleteOne({ group: 2 })).toMatchObject({ deletedCount: 1 });
    expect(await rows.deleteMany({ group: 2 })).toMatchObject({ deletedCount: 2 });
    expect(await rows.countDocuments({ seen: true })).toBe(4);
    expect(await rows.estimatedDocumentCount()).toBe(7);
    expect((await rows.distinct('group', { n: { $gt: 1 } })).sort()).toEqual([0, 1]);
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

  it('reads through cursors of any batch size, also ones given up', async () => {
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

  it('gives a version to exactly one of those who compare and set', async () => {
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

  it('finds and modifies: before, after, sorted, upserted, removed, projected', async () => {
    await rows.insertMany(numbers(5));
    expect(await rows.findOneAndUpdate({ group: 1 }, { $set: { a: 1 } }, { sort: { n: -1 } })).toMatchObject({ n: 4 });
    expect(
      await rows.findOneAndUpdate(
        { a: 1 },
        { $set: { a: 2 } },
        { returnDocument: 'after', projection: { _id: 0, a: 1 } },
      ),
    ).toEqual({ a: 2 });
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
    expect(await rows.findOneAndDelete({ n: 77 })).toMatchObject({ b: 1 });
    expect(await rows.findOneAndDelete({ n: 77 })).toBeNull();
  });

  it('reports duplicates where the driver looks for them', async () => {
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

  it('stops an ordered bulk at its first error and goes through an unordered one', async () => {
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
      { updateMany: { filter: { x: { $exists: true } }, update: { $inc: { x: 10 } } } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 4,
      modifiedCount: 4,
      upsertedCount: 1,
      deletedCount: 1,
    });
    expect(
      await rows
        .find({}, { projection: { _id: 0 } })
        .sort({ key: 1 })
        .toArray(),
    ).toEqual([{ key: 'a', x: 11 }, { key: 'b', r: 1 }, { key: 'd' }, { key: 'e', x: 12 }]);
  });

  it('keeps a schema: collections, indexes, databases', async () => {
    const database = client.db('test');
    await database.createCollection('made');
    await expect(database.command({ create: 'made' })).rejects.toMatchObject({ codeName: 'NamespaceExists' });
    await rows.createIndex({ a: 1, b: -1 }, { name: 'ab', unique: true, sparse: true });
    await rows.createIndex({ a: 1, b: -1 }, { name: 'ab', unique: true, sparse: true });
    expect(await rows.indexes()).toEqual([
      { v: 2, name: '_id_', key: { _id: 1 } },
      { v: 2, name: 'ab', key: { a: 1, b: -1 }, unique: true, sparse: true },
    ]);
    await expect(rows.createIndex({ a: 1, b: -1 })).rejects.toMatchObject({ codeName: 'IndexOptionsConflict' });
    await expect(rows.createIndex({ z: 1 }, { name: 'ab' })).rejects.toMatchObject({
      codeName: 'IndexKeySpecsConflict',
    });
    expect((await database.listCollections().toArray()).map(({ name }) => name).sort()).toEqual(['made', 'rows']);
    expect(await database.listCollections({ name: 'made' }, { nameOnly: true }).toArray()).toEqual([
      { name: 'made', type: 'collection' },
    ]);
    expect((await client.db().admin().listDatabases()).databases.map(({ name }) => name)).toEqual(['test']);
    await rows.dropIndex('ab');
    await expect(rows.dropIndex('ab')).rejects.toMatchObject({ codeName: 'IndexNotFound' });
    expect(await rows.drop()).toBe(true);
    await database.dropDatabase();
    expect(await database.listCollections().toArray()).toEqual([]);
  });

  it.each<[string, (database: mongoose.mongo.Db) => Promise<unknown>, string]>([
    ['unknown commands', (database) => database.command({ mapReduce: 'rows' }), 'CommandNotFound'],
    ['unknown options', (database) => database.command({ find: 'rows', showRecordId: true }), 'InvalidOptions'],
    [
      'collations',
      (database) =>
        database
          .collection('rows')
          .find({}, { collation: { locale: 'de' } })
          .toArray(),
      'InvalidOptions',
    ],
    [
      'expiry',
      (database) => database.collection('rows').createIndex({ at: 1 }, { expireAfterSeconds: 1 }),
      'InvalidOptions',
    ],
    ['text indexes', (database) => database.collection('rows').createIndex({ at: 'text' }), 'CannotCreateIndex'],
    [
      'capped collections',
      (database) => database.createCollection('c', { capped: true, size: 1000 }),
      'InvalidOptions',
    ],
    [
      'unknown query operators',
      (database) =>
        database
          .collection('rows')
          .find({ n: { $near: 1 } })
          .toArray(),
      'BadValue',
    ],
    [
      'unknown stages',
      (database) =>
        database
          .collection('rows')
          .aggregate([{ $out: 'x' }])
          .toArray(),
      'BadValue',
    ],
    [
      'bad names',
      (database) =>
        database
          .collection('a')
          .insertOne({})
          .then(() => database.command({ insert: 'a$b', documents: [{}] })),
      'InvalidNamespace',
    ],
  ])('is refused %s, by name', async (_, run, codeName) => {
    await rows.insertOne({ n: 1 });
    await expect(run(client.db('test'))).rejects.toMatchObject({ codeName });
  });

  it.each<[string, (any: mongoose.mongo.Collection) => Promise<unknown>, number]>([
    ['array filters', (any) => any.updateOne({}, { $set: { 'l.$[x]': 1 } }, { arrayFilters: [{ x: 1 }] }), 72],
    ['unknown update operators', (any) => any.updateOne({}, { $rename: { n: 'm' } }), 9],
    ['increments of text', (any) => any.updateOne({}, { $inc: { text: 1 } }), 14],
    ['another _id', (any) => any.updateOne({}, { $set: { _id: 1 } }), 66],
    ['values it cannot compare', (any) => any.insertOne({ price: Decimal128.fromString('1.5') }), 2],
  ])('is refused %s', async (_, run, code) => {
    await rows.insertOne({ n: 1, text: 'x' });
    await expect(run(client.db('test').collection('rows'))).rejects.toMatchObject({ code });
  });

  it('is refused transactions', async () => {
    const session = client.startSession();
    const inTransaction = session.withTransaction(() => rows.insertOne({ n: 1 }, { session }));
    await expect(inTransaction).rejects.toMatchObject({ codeName: 'CommandNotSupported' });
    await session.endSession();
  });

  it('can write without waiting for an answer', async () => {
    await rows.insertOne({ n: 1 }, { writeConcern: { w: 0 } });
    const single = await new MongoClient(store.url, { maxPoolSize: 1 }).connect();
    await single
      .db('test')
      .collection('rows')
      .insertOne({ n: 2 }, { writeConcern: { w: 0 } });
    expect(await single.db('test').collection('rows').countDocuments({ n: 2 })).toBe(1);
    await single.close();
  });
});
