import { describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type Broker } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { type VenueAccountStore } from '../../../src/ports/stores.ts';
import { market } from '../../fixtures/synthetic-market.ts';

const CASH = 10_000;

type Rows = Map<string, { readonly version: number; readonly state: unknown }>;

/** A venue over a store that counts its reads. */
function countingVenue(): { readonly venue: Broker; readonly loads: () => number; readonly rows: Rows } {
  const rows: Rows = new Map();
  let loads = 0;
  const accounts: VenueAccountStore = {
    async load(account) {
      loads += 1;
      return rows.get(account) ?? null;
    },
    async save(account, state, expected) {
      if ((rows.get(account)?.version ?? 0) !== expected) return false;
      rows.set(account, { version: expected + 1, state });
      return true;
    },
  };
  const data = { now: async () => 0, market: async (symbol: string) => market(symbol) } as unknown as MarketData;
  const venue = createPaperBroker({
    accounts,
    data,
    startingCash: CASH,
    quote: 'USD',
    terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
  });
  return { venue, loads: () => loads, rows };
}

describe('reads of a paper account', () => {
  it('that are asked for together are one', async () => {
    const { venue, loads } = countingVenue();
    await venue.open('paper');
    const before = loads();
    await Promise.all([venue.openOrders('paper'), venue.positions('paper'), venue.fills('paper', null)]);
    expect(loads() - before).toBe(1);
  });

  it('never give a state older than the request', async () => {
    const { venue } = countingVenue();
    await venue.open('paper');
    const request = {
      account: 'paper',
      clientOrderId: 'e1',
      strategyHash: 's'.repeat(64),
      symbol: 'A-USD',
      side: 'buy',
      type: 'market',
      purpose: 'entry',
      amount: 0.1,
      time: 0,
    } as const;
    const early = venue.openOrders('paper');
    await venue.submit(request);
    expect(await venue.openOrders('paper')).toHaveLength(1);
    await early;
  });

  it('open an account once, and again when the store has lost it', async () => {
    const { venue, loads, rows } = countingVenue();
    await venue.open('paper');
    await venue.open('paper');
    expect(loads()).toBe(1);
    rows.clear();
    await expect(venue.balance('paper')).rejects.toMatchObject({ code: 'no-account' });
    await venue.open('paper');
    expect((await venue.balance('paper')).cash).toBe(CASH);
  });
});
