import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { forwardingContract } from '../../contract/forwarding.contract.ts';
import { openTemporaryStore } from './temporary-store.ts';

forwardingContract('embedded store', async () => {
  const store = await openTemporaryStore();
  const stores = createMongoStores(await store.connect());
  await stores.ensureIndexes();
  return { forwarding: stores.forwarding, close: () => store.close() };
});
