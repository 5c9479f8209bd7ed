import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { fleetStoresContract } from '../../contract/fleet-stores.contract.ts';
import { openTemporaryStore } from './temporary-store.ts';

fleetStoresContract('embedded store', async () => {
  const store = await openTemporaryStore();
  const stores = createMongoFleetStores(await store.connect());
  await stores.ensureIndexes();
  return {
    stores,
    async reopen() {
      await store.stop();
      await store.start();
      return createMongoFleetStores(await store.connect());
    },
    close: () => store.close(),
  };
});
