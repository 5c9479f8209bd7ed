import { describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type Broker, type PlacedRequest } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { memoryVenueAccounts, type MemoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { market } from '../../fixtures/synthetic-market.ts';

const CASH = 10_000;

function brokerOver(accounts: MemoryVenueAccounts): Broker {
  const data = { now: async () => 0, market: async (symbol: string) => market(symbol) } as unknown as MarketData;
  return createPaperBroker({
    accounts,
    data,
    startingCash: CASH,
    quote: 'USD',
    terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
  });
}

/** A venue over a store that counts its reads. */
function countingVenue(): { readonly venue: Broker; readonly accounts: MemoryVenueAccounts } {
  const accounts = memoryVenueAccounts();
  return { venue: brokerOver(accounts), accounts };
}

const entry = (id: string, more: Partial<PlacedRequest> = {}): PlacedRequest => ({
  account: 'paper',
  clientOrderId: id,
  strategyHash: 's'.repeat(64),
  symbol: 'A-USD',
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 0.1,
  time: 0,
  ...more,
});

describe('reads of a paper account', () => {
  it('that are asked for together are one', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    const before = accounts.loads();
    await Promise.all([venue.openOrders('paper'), venue.positions('paper'), venue.fills('paper', null)]);
    expect(accounts.loads() - before).toBe(1);
  });

  it('never give a state older than the request', async () => {
    const { venue } = countingVenue();
    await venue.open('paper');
    const early = venue.openOrders('paper');
    await venue.submit(entry('e1'));
    expect(await venue.openOrders('paper')).toHaveLength(1);
    await early;
  });

  it('open an account once, and again when the store has lost it', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    await venue.open('paper');
    expect(accounts.loads()).toBe(1);
    accounts.clear();
    await expect(venue.balance('paper')).rejects.toMatchObject({ code: 'no-account' });
    await venue.open('paper');
    expect((await venue.balance('paper')).cash).toBe(CASH);
  });

  it('read the state only when another process has changed it', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    await venue.submit(entry('e1'));
    const before = accounts.statesRead();
    expect(await venue.openOrders('paper')).toHaveLength(1);
    expect(accounts.statesRead() - before).toBe(0);
    const other = brokerOver(accounts);
    await other.submit(entry('e2'));
    expect(await venue.openOrders('paper')).toHaveLength(2);
  });
});

describe('an account that is remembered here', () => {
  it('is read again before a step, when another process has changed it', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    await venue.submit(entry('e1'));
    await brokerOver(accounts).submit(entry('e2', { amount: 0.2 }));
    // The remembered state knows no e2: a step from it would make a second order of the id.
    expect(await venue.submit(entry('e2', { amount: 0.3 }))).toMatchObject({ amount: 0.2 });
    expect(await venue.openOrders('paper')).toHaveLength(2);
  });

  it('gives no answer that another process has made untrue', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    await venue.submit(entry('e1'));
    await brokerOver(accounts).cancel('paper', 'e1');
    expect(await venue.submit(entry('e1'))).toMatchObject({ state: 'cancelled' });
    expect(await venue.cancel('paper', 'e1')).toMatchObject({ state: 'cancelled' });
  });
});

describe('what is over', () => {
  it('leaves the account, is still answered for, and never becomes a new order', async () => {
    const { venue, accounts } = countingVenue();
    await venue.open('paper');
    for (let n = 0; n < 300; n += 1) {
      await venue.submit(entry(`e${n}`, { time: n }));
      await venue.cancel('paper', `e${n}`);
    }
    const { orders } = accounts.stateOf('paper') as { readonly orders: object };
    expect(Object.keys(orders).length).toBeLessThan(50);
    expect(await venue.fetchOrder('paper', 'e3')).toMatchObject({ state: 'cancelled', amount: 0.1 });
    expect(await venue.fetchGroup('paper', 'e3')).toHaveLength(1);
    expect(await venue.submit(entry('e3', { amount: 9 }))).toMatchObject({ state: 'cancelled', amount: 0.1 });
    expect(await venue.cancel('paper', 'e3')).toMatchObject({ state: 'cancelled' });
    expect(await venue.openOrders('paper')).toEqual([]);
    expect(await brokerOver(accounts).fetchOrder('paper', 'never')).toBeNull();
  });
});
