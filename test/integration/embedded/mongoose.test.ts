import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose, { Schema } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../../../src/adapters/embedded/server.ts';

let directory: string;
let store: EmbeddedStore;
let connection: mongoose.Connection;
/** Sockets and servers of this process; a file that ran before in the same process may have left some. */
const handles = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap' || name === 'TCPSocketWrap').length;
let handlesBefore: number;

beforeEach(async () => {
  handlesBefore = handles();
  directory = await mkdtemp(join(tmpdir(), 'embedded-mongoose-'));
  store = await startEmbeddedStore({ directory });
  connection = await mongoose.createConnection(store.url, { dbName: 'corp', autoCreate: false }).asPromise();
});
afterEach(async () => {
  await connection.close();
  await store.close();
  await rm(directory, { recursive: true });
});

function orders() {
  const schema = new Schema(
    {
      clientId: { type: String, required: true, unique: true },
      market: { type: String, index: true },
      state: String,
      price: Number,
      fills: [{ quantity: Number, at: Date }],
      blob: Buffer,
      parent: Schema.Types.ObjectId,
      extra: Schema.Types.Mixed,
    },
    { timestamps: true, optimisticConcurrency: true },
  );
  schema.index({ state: 1, createdAt: -1 });
  schema.index({ parent: 1 });
  return connection.model('Order', schema);
}

describe('mongoose on the embedded store', () => {
  it('builds the indexes of a model, twice without error', async () => {
    const Order = orders();
    await Order.init();
    await Order.createIndexes();
    await Order.create({ clientId: 'a' });
    await expect(Order.create({ clientId: 'a' })).rejects.toMatchObject({ code: 11000, keyPattern: { clientId: 1 } });
  });

  it('saves, loads, changes and notices concurrent changes', async () => {
    const Order = orders();
    const parent = new mongoose.Types.ObjectId();
    const order = await Order.create({
      clientId: 'a',
      market: 'BTC-USD',
      price: 1.5,
      blob: Buffer.from([1, 255]),
      parent,
      extra: { deep: [1, { x: null }] },
    });
    order.set('fills', [{ quantity: 1, at: new Date(5) }]);
    await order.save();
    const loaded = await Order.findOne({ clientId: 'a' }).orFail();
    expect(loaded.toObject()).toEqual(order.toObject());
    expect(loaded.fills[0]?.at).toEqual(new Date(5));
    expect(Buffer.from(loaded.blob!)).toEqual(Buffer.from([1, 255]));
    loaded.set('fills', []);
    await loaded.save();
    expect((await Order.findById(order._id).lean())?.fills).toEqual([]);
    order.price = 3;
    await expect(order.save()).rejects.toThrow(mongoose.Error.VersionError);
  });

  it('executes bulk writes, with and without errors', async () => {
    const Order = orders();
    await Order.init();
    await expect(
      Order.insertMany([{ clientId: 'a' }, { clientId: 'a' }, { clientId: 'b' }], { ordered: false }),
    ).rejects.toMatchObject({ code: 11000 });
    const result = await Order.bulkWrite(
      ['a', 'b', 'c'].map((clientId) => ({
        updateOne: { filter: { clientId }, update: { $set: { state: 'open' }, $inc: { price: 1 } }, upsert: true },
      })),
    );
    expect(result).toMatchObject({ matchedCount: 2, modifiedCount: 2, upsertedCount: 1 });
    const found = await Order.find({ state: 'open' }, 'clientId price -_id').sort('-clientId').lean();
    expect(found).toEqual(['c', 'b', 'a'].map((clientId) => ({ clientId, price: 1 })));
  });

  it('updates one atomically, upserts with timestamps, streams through a cursor and counts', async () => {
    const Order = orders();
    await Order.init();
    const created = await Order.findOneAndUpdate(
      { clientId: 'x' },
      { $setOnInsert: { state: 'new' } },
      { upsert: true, returnDocument: 'after' },
    )
      .lean()
      .orFail();
    expect(created).toMatchObject({ state: 'new', __v: 0 });
    expect([created.createdAt, created.updatedAt].every((at) => at instanceof Date)).toBe(true);
    await Order.updateOne({ clientId: 'x', state: 'new' }, { state: 'open' }).orFail();
    expect(await Order.exists({ clientId: 'x', state: 'open' })).not.toBeNull();
    await Order.insertMany(Array.from({ length: 250 }, (_, i) => ({ clientId: `n${i}`, price: i })));
    let sum = 0;
    for await (const { price } of Order.find({ price: { $gte: 200 } })
      .batchSize(20)
      .lean())
      sum += price ?? 0;
    expect(sum).toBe(11225);
    expect(await Order.countDocuments({ price: { $lt: 100 } })).toBe(100);
    expect(
      await Order.aggregate([{ $match: { state: 'open' } }, { $group: { _id: '$state', n: { $sum: 1 } } }]),
    ).toEqual([{ _id: 'open', n: 1 }]);
    expect(await Order.deleteMany({ price: { $gte: 0 } })).toMatchObject({ deletedCount: 250 });
  });

  it('survives a restart with documents and indexes', async () => {
    const Order = orders();
    await Order.init();
    await Order.create({ clientId: 'a', price: 2 });
    await connection.close();
    await store.close();
    store = await startEmbeddedStore({ directory });
    connection = await mongoose.createConnection(store.url, { dbName: 'corp', autoCreate: false }).asPromise();
    const Again = orders();
    expect(await Again.findOne({ clientId: 'a' }).lean()).toMatchObject({ price: 2 });
    await expect(Again.create({ clientId: 'a' })).rejects.toMatchObject({ code: 11000, keyValue: { clientId: 'a' } });
  });

  it('closes under open connections and leaves no handles behind', async () => {
    await orders().create({ clientId: 'a' });
    expect(handles()).toBeGreaterThan(handlesBefore);
    await Promise.all([store.close(), connection.close()]);
    await new Promise(setImmediate);
    expect(handles()).toBeLessThanOrEqual(handlesBefore);
  });
});
