import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { storesContract } from '../../contract/stores.contract.ts';
import { openTemporaryStore } from './temporary-store.ts';

storesContract('embedded store', async () => {
  const store = await openTemporaryStore();
  const stores = createMongoStores(await store.connect());
  await stores.ensureIndexes();
  return {
    stores,
    async reopen() {
      await store.stop();
      await store.start();
      return createMongoStores(await store.connect());
    },
    close: () => store.close(),
  };
});
