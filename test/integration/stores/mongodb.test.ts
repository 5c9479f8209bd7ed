import { randomUUID } from 'node:crypto';
import { type Connection } from 'mongoose';
import { describe } from 'vitest';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { fleetStoresContract } from '../../contract/fleet-stores.contract.ts';
import { forwardingContract } from '../../contract/forwarding.contract.ts';
import { storesContract } from '../../contract/stores.contract.ts';
import { MONGO_URL, needsMongo } from '../../fixtures/needs.ts';

/** Stores in a separate database on that server. */
async function openOn<S extends { ensureIndexes(): Promise<void> }>(
  server: string,
  make: (connection: Connection) => S,
): Promise<{ readonly stores: S; reopen(): Promise<S>; close(): Promise<void> }> {
  const database = `corp-test-${randomUUID()}`;
  const connect = () =>
    connectMongo({
      url: server,
      database,
      onError: (error) => {
        throw error;
      },
    });
  let connection = await connect();
  const stores = make(connection);
  await stores.ensureIndexes();
  return {
    stores,
    async reopen() {
      await connection.close();
      connection = await connect();
      return make(connection);
    },
    async close() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

describe.skipIf(needsMongo.isMissing)(needsMongo.title('stores over MongoDB'), () => {
  const url = MONGO_URL ?? '';
  storesContract('MongoDB', () => openOn(url, createMongoStores));
  fleetStoresContract('MongoDB', () => openOn(url, createMongoFleetStores));
  forwardingContract('MongoDB', async () => {
    const opened = await openOn(url, createMongoStores);
    return { forwarding: opened.stores.forwarding, close: () => opened.close() };
  });
});
