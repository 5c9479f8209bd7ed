import fc from 'fast-check';
import { type OrderRequest } from '../../../src/domain/orders/order-request.ts';
import { describe, expect, it } from 'vitest';
import { foldFills } from '../../../src/domain/portfolio/fold.ts';
import {
  openAccount,
  openOrdersOf,
  orderGroup,
  valueOf,
  type VenueAccount,
  type VenueFill,
} from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type VenueBar, type VenueTerms } from '../../../src/domain/portfolio/paper-venue/bar-step.ts';
import { onCandle } from '../../../src/domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { bar, buy, flat, HOUR, MARKET, PERPETUAL, sell, termsOf } from './venue-fixtures.ts';

const start = (cash: number | string = 10_000): VenueAccount => openAccount('paper', cash, 'USD');
const submit = (account: VenueAccount, request: OrderRequest, time = 0, market = MARKET): VenueAccount =>
  submitOrder(account, request, market, time).account;
const play = (account: VenueAccount, bars: readonly VenueBar[], terms: VenueTerms = termsOf()): VenueAccount =>
  bars.reduce((state, next) => onCandle(state, next, terms).account, account);
const told = ({ fills }: VenueAccount) => fills.map(({ cause, price, amount }) => [cause, price, amount]);

/** Long 1 from 100 at bar 0, stop 98, target 103. */
const long = (request = buy()): VenueAccount => play(submit(start(), request), [flat(0, 100)]);

describe('the worked example of docs/simulation-rules.md', () => {
  it.each([
    [[94, 97, 90, 92], 'stop', 94, false],
    [[94, 99.5, 90, 96], 'stop', 94, false],
    [[100, 100.5, 96, 97], 'stop', 98, false],
    [[100, 104, 97, 101], 'stop', 98, true],
    [[105, 107, 104, 106], 'target', 103, false],
    [[105, 106, 97, 98], 'target', 103, false],
  ])('%j exits by %s at %d', (prices, cause, price, ambiguous) => {
    const { account, fills } = onCandle(long(), bar(1, prices), termsOf());
    expect(fills).toEqual([
      expect.objectContaining({ cause, price, ambiguous, amount: 1, id: `bc-entry-${cause[0]}.2` }),
    ]);
    expect(account.positions).toEqual({});
    expect(openOrdersOf(account)).toEqual([]);
  });
});

describe('market orders', () => {
  it('fill at the next open with slippage and taker fee; the bracket is active at once', () => {
    const account = play(submit(start(), buy()), [bar(0, [100, 101, 99.9, 101])], termsOf({ slippageRate: 0.001 }));
    expect(account.fills).toEqual([
      expect.objectContaining({ id: 'bc-entry.1', price: 100.1, fee: 100.1 * 0.012, time: 0, cause: 'entry' }),
    ]);
    expect(account.cash).toBe('9898.6988');
    expect(orderGroup(account, 'bc-entry')).toMatchObject([
      { clientOrderId: 'bc-entry', state: 'filled', type: 'market' },
      { clientOrderId: 'bc-entry-s', state: 'open', price: 98.1 },
      { clientOrderId: 'bc-entry-t', state: 'open', price: 103.1 },
    ]);
    expect(told(play(submit(start(), buy()), [bar(0, [100, 104, 97, 101])]))).toEqual([
      ['entry', 100, 1],
      ['stop', 98, 1],
    ]);
  });

  it('sent during a bar wait for the next one', () => {
    const account = submit(start(), buy(), 1);
    expect(play(account, [flat(0, 100)]).fills).toEqual([]);
    expect(told(play(account, [flat(0, 100), flat(1, 101)]))).toEqual([['entry', 101, 1]]);
  });

  it('do not fill on a bar filled flat, and nothing else does', () => {
    const waiting = play(submit(start(), buy()), [bar(0, [100, 100, 100, 100], true)]);
    expect(told(play(waiting, [flat(1, 102)]))).toEqual([['entry', 102, 1]]);
    expect(play(long(), [bar(1, [90, 90, 90, 90], true)]).fills).toHaveLength(1);
  });

  it('an exit closes at the open and cancels the bracket', () => {
    const account = play(submit(long(), sell(), HOUR), [bar(1, [101, 110, 90, 100])]);
    expect(told(account)).toEqual([
      ['entry', 100, 1],
      ['signal', 101, 1],
    ]);
    expect(orderGroup(account, 'bc-entry').map(({ state }) => state)).toEqual(['filled', 'cancelled', 'cancelled']);
  });

  it('a partial exit leaves the rest protected; a larger one closes the whole position', () => {
    const part = play(submit(long(), sell({ amount: 0.4 }), HOUR), [flat(1, 101)]);
    expect(told(play(part, [flat(2, 97)]))).toEqual([
      ['entry', 100, 1],
      ['signal', 101, 0.4],
      ['stop', 97, 0.6],
    ]);
    expect(told(play(submit(long(), sell({ amount: 7, purpose: 'flatten' }), HOUR), [flat(1, 101)]))[1]).toEqual([
      'flatten',
      101,
      1,
    ]);
  });

  it('an exit after the stop filled is cancelled, not turned into a short', () => {
    const account = play(submit(long(), sell(), HOUR + 1), [bar(1, [99, 99, 97, 98]), flat(2, 98)]);
    expect(told(account)).toEqual([
      ['entry', 100, 1],
      ['stop', 98, 1],
    ]);
    expect(account.orders['bc-exit']).toMatchObject({ state: 'cancelled', reason: 'nothing left to close' });
  });
});

describe('brackets', () => {
  const trailing = buy({
    bracket: { stop: { kind: 'absolute', value: 5 }, trailing: { kind: 'percent', value: 0.03 } },
  });

  it('a trailing stop follows closed bars and is reported when it is the closer stop', () => {
    const rising = play(long(trailing), [bar(1, [101, 110, 101, 109])]);
    expect(rising.orders['bc-entry-s']).toMatchObject({ price: 107, trail: { extreme: 110, fixedStop: 95 } });
    expect(told(play(rising, [bar(2, [109, 120, 106, 118])]))[1]).toEqual(['trailing-stop', 107, 1]);
  });

  it('a holding time ends at the open after its last bar and counts bars filled flat', () => {
    const held = long(buy({ bracket: { stop: { kind: 'percent', value: 0.5 }, maxHoldBars: 3 } }));
    const bars = [flat(1, 100), bar(2, [100, 100, 100, 100], true), flat(3, 104), flat(4, 105)];
    expect(told(play(held, bars))).toEqual([
      ['entry', 100, 1],
      ['max-hold', 104, 1],
    ]);
  });

  it('the bracket of a short is inverted', () => {
    const terms = termsOf({ market: PERPETUAL });
    const request = buy({ symbol: 'BTC-PERP', side: 'sell' });
    const account = play(submit(start(), request, 0, PERPETUAL), [flat(0, 100)], terms);
    expect(account.cash).toBe('10098.8');
    expect(told(play(account, [bar(1, [103, 103, 96, 97])], terms))[1]).toEqual(['stop', 103, 1]);
    expect(told(play(account, [bar(1, [99, 99, 96.5, 97])], terms))[1]).toEqual(['target', 97, 1]);
  });

  it('a target that the open is beyond fills there, and its proceeds pay for an entry at the same open', () => {
    const held = play(submit(start(103), buy()), [flat(0, 100)], termsOf({ market: { ...MARKET, takerFeeRate: 0 } }));
    const next = submit(held, buy({ clientOrderId: 'bc-next', strategyHash: 's2' }), HOUR - 1);
    const { account, fills } = onCandle(
      next,
      bar(1, [104, 105, 90, 91]),
      termsOf({ market: { ...MARKET, takerFeeRate: 0 } }),
    );
    expect(fills.slice(0, 2).map(({ cause, price, time }) => [cause, price, time])).toEqual([
      ['target', 103, HOUR],
      ['entry', 104, HOUR],
    ]);
    expect(account.rejected).toEqual({});
  });

  it('an account that is insolvent at the open enters nothing there', () => {
    const terms = termsOf({ market: PERPETUAL });
    const short = buy({
      symbol: 'BTC-PERP',
      side: 'sell',
      amount: 90,
      bracket: { stop: { kind: 'absolute', value: 900 } },
    });
    const held = play(submit(start(), short, 0, PERPETUAL), [flat(0, 100)], terms);
    const other = { ...short, clientOrderId: 'bc-other', strategyHash: 's2', amount: 1 };
    const ruined = play(submit(held, other, 1, PERPETUAL), [flat(1, 400)], terms);
    expect(told(ruined).map(([cause]) => cause)).toEqual(['entry', 'liquidation']);
    expect(ruined.orders['bc-other']).toMatchObject({ state: 'cancelled', reason: 'the account is insolvent' });
  });

  it('a bar that takes the account and touches the target ends in liquidation, and is ambiguous', () => {
    const terms = termsOf({ market: PERPETUAL });
    const bracket = { stop: { kind: 'absolute', value: 900 }, target: { kind: 'absolute', value: 50 } } as const;
    const short = buy({ symbol: 'BTC-PERP', side: 'sell', amount: 90, bracket });
    const held = play(submit(start(), short, 0, PERPETUAL), [flat(0, 100)], terms);
    const { fills } = onCandle(held, bar(1, [100, 300, 40, 100]), terms);
    expect(fills.map(({ cause, ambiguous }) => [cause, ambiguous])).toEqual([['liquidation', true]]);
  });

  it('an insolvent account closes its positions in other markets at their last closes', () => {
    const spot = { ...MARKET, symbol: 'ETH-USD' };
    const long = buy({ symbol: 'ETH-USD', amount: 10, strategyHash: 's2', clientOrderId: 'bc-long' });
    const short = buy({
      symbol: 'BTC-PERP',
      side: 'sell',
      amount: 40,
      bracket: { stop: { kind: 'absolute', value: 900 } },
    });
    const spotTerms = termsOf({ market: spot });
    const opened = play(
      submit(start(), { ...long, bracket: { stop: { kind: 'absolute', value: 90 } } }, 0, spot),
      [flat(0, 100)],
      spotTerms,
    );
    const both = play(submit(opened, short, 0, PERPETUAL), [flat(0, 100)], termsOf({ market: PERPETUAL }));
    const ruined = play(both, [flat(1, 900)], termsOf({ market: PERPETUAL }));
    expect(ruined.fills.slice(2).map(({ cause, symbol }) => [cause, symbol])).toEqual([
      ['liquidation', 'ETH-USD'],
      ['liquidation', 'BTC-PERP'],
    ]);
    expect([ruined.cash, ruined.positions, openOrdersOf(ruined)]).toEqual(['0', {}, []]);
    expect(Math.abs(Number(ruined.writtenOff))).toBeLessThan(1);
  });

  it('a short that gaps beyond all cash is liquidated where its equity is zero, and nothing is traded after', () => {
    const terms = termsOf({ market: PERPETUAL });
    const request = buy({ symbol: 'BTC-PERP', side: 'sell', amount: 90 });
    const account = play(submit(start(), request, 0, PERPETUAL), [flat(0, 100), flat(1, 400)], terms);
    expect(account.cash).toBe('0');
    // Sold 90 at 100 for 108 of fees: 9,892 of cash and gain are gone at 209.911.., up to the tick.
    expect(told(account)[1]).toEqual(['liquidation', 209.92, 90]);
    expect(account.fills[1]!.fee).toBe(0);
    expect(Number(account.writtenOff)).toBeCloseTo(90 * 109.92 + 108 - 10_000, 6);
    expect(openOrdersOf(account)).toEqual([]);
    const again = play(submit(account, { ...request, clientOrderId: 'bc-again' }, 2, PERPETUAL), [flat(2, 400)], terms);
    expect(again.fills).toHaveLength(2);
    expect(again.rejected).toEqual({ 'insufficient-funds': 1 });
  });
});

describe('resting entries', () => {
  const limit = buy({
    type: 'limit',
    price: 98,
    bracket: { stop: { kind: 'absolute', value: 2 }, target: { kind: 'absolute', value: 1 } },
  });

  it('a limit fills at its limit with the maker fee; its target waits for the next bar, its stop does not', () => {
    const account = play(submit(start(), limit), [flat(0, 100), bar(1, [100, 101, 97, 97.5])]);
    expect(account.fills).toEqual([expect.objectContaining({ price: 98, fee: 98 * 0.006, time: 2 * HOUR - 1 })]);
    expect(told(play(account, [bar(2, [98, 99.5, 98, 99])]))[1]).toEqual(['target', 99, 1]);
    expect(told(play(submit(start(), limit), [bar(0, [100, 101, 95, 97])]))).toEqual([
      ['entry', 98, 1],
      ['stop', 96, 1],
    ]);
  });

  it('a stop entry fills at its level or the worse open; a bar that also touched its stop took it', () => {
    const request = buy({ type: 'stop', price: 102 });
    const after = (prices: readonly number[]) => told(play(submit(start(), request), [bar(0, prices)]));
    expect(after([101, 103, 101, 102])).toEqual([['entry', 102, 1]]);
    expect(after([104, 105, 103, 104])).toEqual([['entry', 104, 1]]);
    expect(after([101, 103, 99, 102])).toEqual([
      ['entry', 102, 1],
      ['stop', 100, 1],
    ]);
  });

  it('reserves cash for a limit and releases it when cancelled', () => {
    const account = submit(start(200), limit);
    const second = buy({ clientOrderId: 'bc-2', strategyHash: 's2', type: 'limit', price: 150 });
    expect(submitOrder(account, second, MARKET, 1).order).toMatchObject({
      state: 'rejected',
      reason: 'insufficient-funds',
    });
    const { account: freed, order } = cancelOrder(account, 'bc-entry', 2);
    expect(order).toMatchObject({ state: 'cancelled' });
    expect(submitOrder(freed, second, MARKET, 3).order).toMatchObject({ state: 'open' });
  });
});

describe('rejections', () => {
  it.each<[string, OrderRequest]>([
    ['below-minimum', buy({ amount: 0.0099 })],
    ['below-minimum', buy({ type: 'limit', amount: 0.04, price: 100 })],
    ['invalid-order', buy({ type: 'limit' })],
    ['invalid-order', buy({ amount: Number.NaN })],
    ['invalid-order', buy({ price: 100 })],
    ['short-on-spot', buy({ side: 'sell' })],
    ['nothing-to-close', sell()],
  ])('%s is said at once and counted', (reason, request) => {
    const { account, order } = submitOrder(start(), request, MARKET, 5);
    expect(order).toMatchObject({ state: 'rejected', reason, updatedAt: 5 });
    expect(account.rejected).toEqual({ [reason]: 1 });
    expect(openOrdersOf(account)).toEqual([]);
  });

  it('a market order is checked at its fill price and never resized', () => {
    const poor = play(submit(start(100), buy()), [flat(0, 99.5)]);
    expect([poor.fills, poor.cash, poor.rejected]).toEqual([[], '100', { 'insufficient-funds': 1 }]);
    expect(told(play(submit(start(100), buy()), [flat(0, 98.8)]))).toEqual([['entry', 98.8, 1]]);
    expect(play(submit(start(), buy({ amount: 0.04 })), [flat(0, 100)]).rejected).toEqual({ 'below-minimum': 1 });
  });

  it('orders of other accounts and markets throw', () => {
    expect(() => submit(start(), buy({ account: 'live' }))).toThrow('order bc-entry of live');
    expect(() => submit(start(), buy({ symbol: 'ETH-USD' }))).toThrow('reached paper on BTC-USD');
    expect(() => start(0)).toThrow('cash above zero');
    expect(() => start('abc')).toThrow();
  });
});

describe('shared cash', () => {
  const first = buy({ clientOrderId: 'bc-a', strategyHash: 's1' });
  const second = buy({ clientOrderId: 'bc-b', strategyHash: 's2' });

  it('orders fill by arrival, then by strategy, whatever their listing order', () => {
    const later = play(submit(submit(start(150), first, 2), second, 1), [flat(1, 100)]);
    expect(later.fills.map(({ strategyHash }) => strategyHash)).toEqual(['s2']);
    const tie = play(submit(submit(start(150), second, 1), first, 1), [flat(1, 100)]);
    expect(tie.fills.map(({ strategyHash }) => strategyHash)).toEqual(['s1']);
    expect(tie.rejected).toEqual({ 'insufficient-funds': 1 });
  });

  it('the same across markets: an earlier candle does not change the order', () => {
    const eth = { ...MARKET, symbol: 'ETH-USD', base: 'ETH' };
    const marked = play(play(start(150), [flat(0, 100)]), [flat(0, 100)], termsOf({ market: eth }));
    const both = submit(
      submit(marked, first, HOUR),
      buy({ clientOrderId: 'bc-0', strategyHash: 's0', symbol: 'ETH-USD' }),
      HOUR,
      eth,
    );
    const account = play(play(both, [flat(1, 100)]), [flat(1, 100)], termsOf({ market: eth }));
    expect(account.fills.map(({ symbol }) => symbol)).toEqual(['ETH-USD']);
    expect(valueOf(account)).toEqual({ cash: 48.8, equity: 148.8, exposure: 100, time: HOUR });
  });
});

describe('idempotence', () => {
  it('an order sent again is the same order, and the answer is its current state', () => {
    const once = submitOrder(start(), buy(), MARKET, 1);
    const twice = submitOrder(once.account, buy({ amount: 5 }), MARKET, 99);
    expect(twice.account).toBe(once.account);
    expect(twice.order).toEqual(once.order);
    const filled = play(once.account, [flat(1, 100)]);
    expect(submitOrder(filled, buy(), MARKET, 99)).toMatchObject({
      account: filled,
      order: { state: 'filled', averagePrice: 100 },
    });
  });

  it('a candle is processed once; an older one never', () => {
    const account = long();
    expect(onCandle(account, flat(0, 50), termsOf())).toEqual({ account, fills: [], changes: [] });
    const later = play(account, [flat(5, 100)]);
    expect(onCandle(later, flat(4, 50), termsOf()).account).toBe(later);
  });

  it('cancelling a closed or unknown order changes nothing', () => {
    const account = play(submit(long(), sell(), HOUR), [flat(1, 101)]);
    expect(cancelOrder(account, 'bc-exit', 9)).toMatchObject({ account, order: { state: 'filled' } });
    expect(cancelOrder(account, 'bc-never', 9)).toEqual({ account, fills: [], changes: [], order: null });
  });
});

describe('for any orders and candles', () => {
  const event = fc.oneof(
    fc.record({
      kind: fc.constant('order' as const),
      strategy: fc.constantFrom('s1', 's2'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      type: fc.constantFrom('market' as const, 'limit' as const, 'stop' as const),
      purpose: fc.constantFrom('entry' as const, 'exit' as const, 'flatten' as const),
      amount: fc.integer({ min: 1, max: 60_000 }).map((n) => n / 1000),
      offset: fc.integer({ min: -5, max: 5 }),
      bracket: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('candle' as const),
      move: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 3, maxLength: 3 }),
      filled: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  );

  it.each([MARKET, PERPETUAL])(
    'cash stays at or above zero, value is conserved, positions follow from fills ($kind)',
    (market) => {
      fc.assert(
        fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
          const terms = termsOf({ market, slippageRate: 0.001 });
          let account = start();
          const fills: VenueFill[] = [];
          let price = 100;
          let index = 0;
          for (const [n, e] of events.entries()) {
            const before = account;
            if (e.kind === 'order') {
              const request = buy({
                clientOrderId: `bc-${n}`,
                symbol: market.symbol,
                strategyHash: e.strategy,
                side: e.side,
                type: e.type,
                purpose: e.purpose,
                amount: e.amount,
                ...(e.type !== 'market' && { price: price + e.offset }),
              });
              const { bracket, ...bare } = request;
              const isProtected = e.bracket && e.purpose === 'entry';
              account = submit(account, isProtected ? { ...bare, bracket: bracket! } : bare, index * HOUR, market);
            } else {
              const [a, b, c] = e.move.map((move) => Math.max(50, price + move)) as [number, number, number];
              const next = bar(index, [a, Math.max(a, b, c), Math.min(a, b, c), c], e.filled);
              const step = onCandle(account, next, terms);
              account = step.account;
              fills.push(...step.fills);
              if (!e.filled) price = c;
              index += 1;
            }
            expect(account.version).toBe(before.version + 1);
            expect(JSON.parse(JSON.stringify(account))).toEqual(account);
            expect(Number(account.cash)).toBeGreaterThanOrEqual(0);
          }
          const moved = fills.reduce((sum, f) => sum + (f.side === 'buy' ? -1 : 1) * f.amount * f.price - f.fee, 0);
          expect(Number(account.cash)).toBeCloseTo(10_000 + moved + Number(account.writtenOff), 6);
          expect(new Set(fills.map(({ id }) => id)).size).toBe(fills.length);
          const open = foldFills(fills).filter(({ amount }) => amount !== 0);
          const held = Object.values(account.positions);
          expect(open.map(({ strategyHash, amount }) => [strategyHash, amount]).sort()).toEqual(
            held.map(({ strategyHash, amount }) => [strategyHash, amount]).sort(),
          );
          if (market.kind === 'spot') expect(held.every(({ amount }) => amount > 0)).toBe(true);
        }),
        { numRuns: 150 },
      );
    },
  );
});
