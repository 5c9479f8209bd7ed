import { columnsOf } from '../fixtures/columns-of.ts';
import { rowsOf } from '../fixtures/candle-rows.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/domain/audit/chain.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { candlesContract } from './stores/candles.ts';
import { auditEntry, operationsContract } from './stores/operations.ts';
import { researchContract } from './stores/research.ts';
import { candle, order, riskState, strategy, T0 } from './stores/samples.ts';
import { tradingContract, venueAccountsContract } from './stores/trading.ts';

export interface OpenStores {
  readonly stores: Stores;
  /** Closes what is open and opens the same data again, as a restart does. */
  reopen(): Promise<Stores>;
  /** Closes everything and removes the data. */
  close(): Promise<void>;
}

/** What every implementation of the store ports must do. Starts from empty stores. */
export function storesContract(name: string, open: () => Promise<OpenStores>): void {
  describe(`${name}: stores`, () => {
    let opened: OpenStores;
    let current: Stores;
    beforeAll(async () => {
      opened = await open();
      current = opened.stores;
    });
    afterAll(() => opened?.close());
    const stores = (): Stores => current;

    researchContract(stores);
    tradingContract(stores);
    venueAccountsContract(stores);
    operationsContract(stores);
    candlesContract(stores);

    it('keep everything after a restart, and every constraint still holds', async () => {
      const before = current;
      await before.strategies.addMany([strategy('re')]);
      await before.orders.insert(order('re', 'o', { state: 'open' }));
      await before.riskState.save(riskState('re'), 0);
      await before.candles.put('re', 'BTC/USD', '1h', columnsOf([candle(T0)]));
      const audited = await before.audit.append(auditEntry('re'));
      const [head, trials] = [await before.audit.head(), await before.trials.count()];

      current = await opened.reopen();
      const after = current;
      expect(await after.strategies.addMany([strategy('re')])).toBe(0);
      expect(await after.orders.insert(order('re', 'o'))).toBe(false);
      expect(await after.orders.get('re', 'o')).toStrictEqual(order('re', 'o', { state: 'open' }));
      expect(await after.riskState.save(riskState('re'), 0)).toBe(false);
      expect(await after.riskState.save(riskState('re', { version: 2 }), 1)).toBe(true);
      expect(rowsOf(await after.candles.range('re', 'BTC/USD', '1h', 0, Infinity))).toStrictEqual([candle(T0)]);
      expect(await after.trials.count()).toBe(trials);
      expect(await after.audit.head()).toStrictEqual(head);
      expect(await after.audit.append(auditEntry('re'))).toStrictEqual(audited);
      expect((await after.audit.append(auditEntry('re-after'))).seq).toBe(head!.seq + 1);
      expect(verifyChain(await after.audit.read(1, 10_000), null)).toBeNull();
    });
  });
}
