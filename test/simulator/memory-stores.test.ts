import { describe } from 'vitest';
import { type Stores } from '../../src/ports/stores.ts';
import { tradingContract, venueAccountsContract } from '../contract/stores/trading.ts';
import { createRows, memoryStoresOf } from './ports/memory-stores.ts';
import { nextAuditRecord } from './system.ts';

/** The stores of the simulator of faults keep the promises that the real ones keep. */
describe('stores of the simulator', () => {
  const effects = memoryStoresOf(createRows(), { nextAuditRecord });
  const stores = Object.fromEntries(
    Object.entries(effects).map(([store, methods]) => [
      store,
      Object.fromEntries(
        Object.entries(methods as Record<string, (...values: unknown[]) => unknown>).map(([method, effect]) => [
          method,
          async (...values: unknown[]) => effect(...values),
        ]),
      ),
    ]),
  );
  tradingContract(() => stores as unknown as Stores);
  venueAccountsContract(() => stores as unknown as Stores);
});
