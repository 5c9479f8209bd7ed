import { fleetStoresContract } from '../../contract/fleet-stores.contract.ts';
import { createMemoryFleetStores } from '../../fixtures/memory-fleet-stores.ts';

fleetStoresContract('memory', async () => {
  const stores = createMemoryFleetStores();
  return { stores, reopen: async () => stores, close: async () => undefined };
});
