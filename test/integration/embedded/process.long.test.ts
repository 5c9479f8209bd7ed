import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { useStoreDirectory } from './store-directory.ts';

const { MongoClient } = mongoose.mongo;

const directory = useStoreDirectory();
const { start } = directory;

describe('the store as a process', () => {
  it('has every acknowledged write after repeated SIGKILL under load', { timeout: 180_000 }, async () => {
    const acknowledged = new Set<string>();
    let increments = 0;
    let uncertain = 0;
    for (let round = 0; round < 3; round += 1) {
      const store = start('--directory', directory.path);
      const client = await new MongoClient((await store.ready).url, {
        serverSelectionTimeoutMS: 2000,
        maxPoolSize: 16,
      }).connect();
      const database = client.db('kill');
      const rows = await database
        .collection('writes')
        .find({}, { projection: { key: 1 } })
        .toArray();
      const found = new Set(rows.map(({ key }) => key as string));
      expect([...acknowledged].filter((key) => !found.has(key))).toEqual([]);
      const n = (await database.collection<{ _id: string; n: number }>('counter').findOne({ _id: 'c' }))?.n ?? 0;
      expect(n).toBeGreaterThanOrEqual(increments);
      expect(n).toBeLessThanOrEqual(increments + uncertain);
      if (round === 0) await database.collection('writes').createIndex({ key: 1 }, { unique: true });

      const enough = acknowledged.size + 1000;
      const writer = async (worker: number): Promise<void> => {
        for (let i = 0; ; i += 1) {
          const key = `${round}-${worker}-${i}`;
          uncertain += 1;
          await database.collection('writes').insertOne({ key, padding: 'x'.repeat(10_000) });
          acknowledged.add(key);
          await database
            .collection<{ _id: string; n: number }>('counter')
            .updateOne({ _id: 'c' }, { $inc: { n: 1 } }, { upsert: true });
          increments += 1;
          uncertain -= 1;
          if (acknowledged.size > enough) store.child.kill('SIGKILL');
        }
      };
      const results = await Promise.allSettled(Array.from({ length: 16 }, (_, worker) => writer(worker)));
      expect(results.every(({ status }) => status === 'rejected')).toBe(true);
      expect((await store.ended).status).toBeNull();
      await client.close();
    }
    expect(acknowledged.size).toBeGreaterThan(3000);
  });
});
