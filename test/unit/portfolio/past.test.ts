import { describe, expect, it } from 'vitest';
import { openAccount, type VenueAccount, type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { onCandle } from '../../../src/domain/portfolio/paper-venue/on-candle.ts';
import { type VenueOrder } from '../../../src/domain/portfolio/paper-venue/venue-order.ts';
import { movePast } from '../../../src/domain/portfolio/paper-venue/past.ts';
import { fillsAfter } from '../../../src/domain/portfolio/paper-venue/fills-after.ts';
import { cancelOrder, submitOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type OrderRequest } from '../../../src/domain/orders/order-request.ts';
import { buy, HOUR, MARKET, termsOf } from './venue-fixtures.ts';

type Step = (account: VenueAccount) => VenueAccount;

/** Orders, cancels and candles of several strategies, with protection and without. */
function history(seed: number, length: number): readonly Step[] {
  const rng = createRng(seed);
  let price = 100;
  let bar = 0;
  return Array.from({ length }, (_, n): Step => {
    const kind = rng.integer(0, 9);
    const strategyHash = `s${rng.integer(1, 3)}`;
    if (kind < 5) {
      const { bracket, ...bare } = buy({ clientOrderId: `bc-${n}`, strategyHash, amount: rng.integer(1, 400) / 1000 });
      const purpose = rng.integer(0, 2) === 0 ? 'exit' : 'entry';
      const request: OrderRequest =
        purpose === 'exit'
          ? { ...bare, side: 'sell', purpose }
          : rng.integer(0, 1) === 0
            ? bare
            : { ...bare, bracket: bracket! };
      const time = bar * HOUR;
      return (account) => submitOrder(account, request, MARKET, time).account;
    }
    if (kind < 6) {
      const id = `bc-${rng.integer(0, n)}`;
      const time = bar * HOUR;
      return (account) => cancelOrder(account, id, time).account;
    }
    const [open, close] = [price, Math.max(50, price + rng.integer(-4, 4))];
    price = close;
    const [high, low] = [Math.max(open, close) + rng.integer(0, 3), Math.min(open, close) - rng.integer(0, 3)];
    const candle = { time: bar * HOUR, open, high, low, close, volume: 1 };
    bar += 1;
    return (account) =>
      onCandle(account, { candle, filled: false, barMs: HOUR, timeExitsWait: false }, termsOf()).account;
  });
}

describe('the past of a paper account', () => {
  it.each([1, 2, 3, 4, 5])('changes nothing of what comes (seed %i)', (seed) => {
    let whole = openAccount('paper', 100_000, 'USD');
    let small = whole;
    const orders: VenueOrder[] = [];
    const fills: VenueFill[] = [];
    let largest = 0;
    for (const step of history(seed, 1500)) {
      whole = step(whole);
      const { account, past } = movePast(small, step(small));
      small = account;
      orders.push(...past.orders);
      fills.push(...past.fills);
      largest = Math.max(largest, Object.keys(small.orders).length);
      expect({ ...small, orders: 0, fills: 0 }).toEqual({ ...whole, orders: 0, fills: 0 });
    }
    const all = Object.fromEntries(
      [...orders, ...Object.values(small.orders)].map((order) => [order.clientOrderId, order]),
    );
    expect(all).toEqual(whole.orders);
    expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(orders.length);
    expect(orders.length).toBeGreaterThan(200);
    expect(orders.some(({ state }) => state === 'open')).toBe(false);
    expect([...fills, ...small.fills]).toEqual(whole.fills);
    expect(fills.length).toBeGreaterThan(100);
    expect(fillsAfter(small, 7, fills)).toEqual(whole.fills.slice(7));
    // An entry that is in the account has its legs there, and the other way round.
    const isHere = (id: string): boolean => small.orders[id] !== undefined;
    for (const { clientOrderId, parentId } of Object.values(all))
      if (parentId !== undefined) expect(isHere(clientOrderId)).toBe(isHere(parentId));
  });

  it('is only what was over in the state that was read', () => {
    const stored = openAccount('paper', 100_000, 'USD');
    const next = history(1, 600).reduce((account, step) => step(account), stored);
    expect(movePast(stored, next)).toEqual({ account: next, past: { orders: [], fills: [] } });
  });

  it('has a gap only when fills are lost', () => {
    const account = history(1, 800).reduce((state, step) => step(state), openAccount('paper', 100_000, 'USD'));
    const { account: small, past } = movePast(account, account);
    expect(past.fills.length).toBeGreaterThan(30);
    expect(fillsAfter(small, 0, past.fills)).toEqual(account.fills);
    const lossy = past.fills.filter((_, i) => i !== 20);
    expect(() => fillsAfter(small, 3, lossy)).toThrow('number 21 is not stored');
    expect(() => fillsAfter(small, 0, lossy)).toThrow('fills after');
    expect(() => fillsAfter(small, account.nextFill, [])).toThrow('fills after');
  });
});
