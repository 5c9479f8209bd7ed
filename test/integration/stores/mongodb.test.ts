import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { storesContract } from '../../contract/stores.contract.ts';

const url = process.env['MONGO_URL'];

if (url) {
  storesContract('MongoDB', async () => {
    const database = `corp-test-${randomUUID()}`;
    const connect = () =>
      connectMongo({
        url,
        database,
        onError: (error) => {
          throw error;
        },
      });
    let connection = await connect();
    const stores = createMongoStores(connection);
    await stores.ensureIndexes();
    return {
      stores,
      async reopen() {
        await connection.close();
        connection = await connect();
        return createMongoStores(connection);
      },
      async close() {
        await connection.dropDatabase();
        await connection.close();
      },
    };
  });
} else {
  describe('MongoDB: stores', () => {
    it.skip('MONGO_URL is not set: the stores are tested over the embedded store only', () => {});
  });
}
