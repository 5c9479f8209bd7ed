import { describe, expect, it } from 'vitest';
import { type OrderRequest } from '../../../src/domain/orders/order-request.ts';
import { openAccount, type VenueAccount, type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type VenueBar, type VenueTerms } from '../../../src/domain/portfolio/paper-venue/bar-step.ts';
import { onCandle } from '../../../src/domain/portfolio/paper-venue/on-candle.ts';
import { movePast } from '../../../src/domain/portfolio/paper-venue/past.ts';
import { submitOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { bar, buy, flat, HOUR, MARKET, PERPETUAL, sell, termsOf } from './venue-fixtures.ts';

type Prices = readonly [open: number, high: number, low: number, close: number];

const send = (account: VenueAccount, request: OrderRequest, time = 0, market = MARKET): VenueAccount =>
  submitOrder(account, request, market, time).account;
const play = (account: VenueAccount, bars: readonly VenueBar[], terms: VenueTerms = termsOf()): VenueAccount =>
  bars.reduce((state, next) => onCandle(state, next, terms).account, account);
const start = (cash = 10_000): VenueAccount => openAccount('paper', cash, 'USD');
/** Bars from number `first` on. */
const barsOf = (prices: readonly Prices[], first = 0): readonly VenueBar[] =>
  prices.map((one, i) => bar(first + i, one));
const liquidityOf = ({ fee, amount, price }: VenueFill): string =>
  Math.abs(fee - amount * price * MARKET.makerFeeRate) < 1e-9 ? 'maker' : 'taker';
const bare = (patch: Partial<OrderRequest>): OrderRequest => {
  const { bracket: _, ...order } = buy();
  return { ...order, ...patch };
};

/** What became of one entry without a bracket: its fills, then its state. */
function outcome(request: Partial<OrderRequest>, prices: readonly Prices[], terms = termsOf()): readonly unknown[] {
  const { market } = terms;
  const account = play(send(start(), bare({ symbol: market.symbol, ...request }), 0, market), barsOf(prices), terms);
  const fills = account.fills.map((fill) => [fill.price, liquidityOf(fill), ...(fill.touch ? ['touch'] : [])]);
  const order = account.orders['bc-entry']!;
  return [...fills.flat(), order.state, ...('reason' in order ? [order.reason] : [])];
}

describe('rule 20: arrival of orders', () => {
  const limit = { type: 'limit', price: 98 } as const;
  it.each<[string, Partial<OrderRequest>, readonly Prices[], readonly unknown[]]>([
    ['met by the open: a taker there', limit, [[97, 99, 96, 98]], [97, 'taker', 'filled']],
    ['the open is the limit', limit, [[98, 99, 98, 99]], [98, 'taker', 'filled']],
    ['post-only', { ...limit, postOnly: true }, [[97, 99, 96, 98]], ['rejected', 'post-only']],
    ['post-only, not met', { ...limit, postOnly: true }, [[100, 101, 97, 98]], [98, 'maker', 'filled']],
    [
      'immediate, not met',
      { ...limit, timeInForce: 'IOC' },
      [[100, 101, 97, 98]],
      ['cancelled', 'immediate or cancel'],
    ],
    ['immediate, met', { ...limit, timeInForce: 'IOC' }, [[97, 99, 96, 98]], [97, 'taker', 'filled']],
    ['reached inside', limit, [[100, 101, 97, 97.5]], [98, 'maker', 'filled']],
    ['a bare touch', limit, [[100, 101, 98, 99]], [98, 'maker', 'touch', 'filled']],
    [
      'rests, and a later open is beyond it',
      limit,
      [
        [100, 101, 99, 99],
        [96, 97, 95, 96],
      ],
      [98, 'maker', 'filled'],
    ],
    ['never reached', limit, [[100, 101, 98.01, 99]], ['open']],
    ['a stop that the open is beyond', { type: 'stop', price: 102 }, [[104, 105, 103, 104]], [104, 'taker', 'filled']],
    ['a stop reached inside', { type: 'stop', price: 102 }, [[101, 103, 100, 101]], [102, 'taker', 'filled']],
  ])('%s', (_, request, prices, expected) => {
    expect(outcome(request, prices)).toEqual(expected);
  });

  it('a limit is rounded to the tick of its open, and pays no slippage', () => {
    const terms = termsOf({ slippageRate: 0.01 });
    expect(outcome({ type: 'limit', price: 98 }, [[97.001, 99, 96, 98]], terms)).toEqual([97.01, 'taker', 'filled']);
    expect(outcome({ type: 'stop', price: 102 }, [[101, 103, 100, 101]], terms)).toEqual([103.02, 'taker', 'filled']);
    expect(outcome({ type: 'stop', price: 102 }, [[104, 105, 103, 104]], terms)).toEqual([105.04, 'taker', 'filled']);
  });

  it('a limit is rounded to the tick that is not worse than what was asked for, a stop against us', () => {
    const levelOf = (patch: Partial<OrderRequest>) => submitOrder(start(), bare(patch), MARKET, 0).order;
    expect(levelOf({ type: 'limit', price: 98.019 })).toMatchObject({ price: 98.01 });
    expect(levelOf({ type: 'stop', price: 102.001 })).toMatchObject({ price: 102.01 });
    expect(levelOf({ type: 'stop-limit', price: 103.019, triggerPrice: 102.001 })).toMatchObject({
      price: 103.01,
      triggerPrice: 102.01,
    });
    const held = play(send(start(), bare({})), [flat(0, 100)]);
    const { order } = submitOrder(held, sell({ type: 'limit', price: 103.001 }), MARKET, HOUR);
    expect(order).toMatchObject({ price: 103.01 });
  });

  it('mirrors for a short', () => {
    const terms = termsOf({ market: PERPETUAL });
    const short = { side: 'sell', type: 'limit', price: 102 } as const;
    expect(outcome(short, [[103, 104, 102, 103]], terms)).toEqual([103, 'taker', 'filled']);
    expect(outcome(short, [[100, 102, 99, 100]], terms)).toEqual([102, 'maker', 'touch', 'filled']);
    expect(outcome({ side: 'sell', type: 'stop', price: 98 }, [[96, 97, 95, 96]], terms)).toEqual([
      96,
      'taker',
      'filled',
    ]);
  });

  it('an exit that another one has left nothing to close is cancelled, not rejected', () => {
    const held = play(send(start(), bare({})), [flat(0, 100)]);
    const first = send(held, sell({ type: 'limit', price: 100 }), HOUR);
    const limit = sell({ clientOrderId: 'bc-limit', type: 'limit', price: 99, postOnly: true });
    const account = play(send(first, limit, HOUR), [flat(1, 101)]);
    expect(account.orders['bc-limit']).toMatchObject({ state: 'cancelled', reason: 'nothing left to close' });
    expect(account.rejected).toEqual({});
  });

  it('a bar filled flat is no arrival: the next real open decides', () => {
    const account = play(send(start(), bare({ type: 'limit', price: 98, timeInForce: 'IOC' })), [
      bar(0, [100, 100, 100, 100], true),
      bar(1, [97, 98, 97, 98]),
    ]);
    expect(account.fills).toEqual([expect.objectContaining({ price: 97, time: HOUR })]);
  });

  it('counts bare touches, marks the fills, and leaves the limits of a bracket to rules 3 and 4', () => {
    const touched = play(send(start(), buy({ type: 'limit', price: 98 })), barsOf([[100, 101, 98, 99]]));
    expect(touched).toMatchObject({ touches: 1, fills: [{ touch: true }] });
    const closed = play(touched, barsOf([[99, 101, 99, 100]], 1));
    expect(closed.fills[1]).toMatchObject({ cause: 'target', price: 101 });
    expect(closed.fills[1]).not.toHaveProperty('touch');
    expect(closed.touches).toBe(1);
    expect(play(send(start(), buy()), [flat(0, 100)])).not.toHaveProperty('touches');
  });

  describe('the stop of an entry', () => {
    const stop = { kind: 'absolute', value: 2 } as const;
    const target = { kind: 'absolute', value: 1 } as const;
    const told = (request: Partial<OrderRequest>, prices: readonly Prices[]) =>
      play(send(start(), buy({ ...request, bracket: { stop, target } })), barsOf(prices)).fills.map(
        ({ cause, price, ambiguous }) => [cause, price, ambiguous],
      );

    it('is live in the bar of an entry inside it, and a touch is ambiguous; the target is not', () => {
      expect(told({ type: 'limit', price: 98 }, [[100, 101, 96, 97]])).toEqual([
        ['entry', 98, false],
        ['stop', 96, true],
      ]);
      expect(told({ type: 'stop', price: 102 }, [[101, 103.5, 101, 103]])).toEqual([['entry', 102, false]]);
    });

    it('and the target are live after an entry at the open', () => {
      expect(told({ type: 'limit', price: 98 }, [[97, 98.5, 96, 98]])).toEqual([
        ['entry', 97, false],
        ['target', 98, false],
      ]);
      expect(told({ type: 'stop', price: 98 }, [[99, 100, 98, 99]])).toEqual([
        ['entry', 99, false],
        ['target', 100, false],
      ]);
    });

    it('that a gap through a resting entry is beyond fills at that open', () => {
      expect(
        told({ type: 'limit', price: 98 }, [
          [100, 101, 99, 99],
          [95, 97, 94, 96],
        ]),
      ).toEqual([
        ['entry', 98, false],
        ['stop', 95, false],
      ]);
    });
  });

  it.each([
    ['the limit is nearer', [100, 103, 98, 101], 99],
    ['the stop is nearer', [101, 103, 98, 101], 102],
  ] as const)('of two entries in one bar the nearer to the open comes first: %s', (_, prices, first) => {
    const stop = send(start(), bare({ type: 'stop', price: 102, strategyHash: 's1', clientOrderId: 'bc-stop' }));
    const both = send(stop, bare({ type: 'limit', price: 99, strategyHash: 's2', clientOrderId: 'bc-limit' }));
    const { fills } = play(both, [bar(0, prices)]);
    expect(fills.map(({ price }) => price)).toEqual([first, 201 - first]);
  });
});

describe('rule 21: stop-limit', () => {
  const order = { type: 'stop-limit', triggerPrice: 102, price: 103 } as const;
  it.each<[string, Partial<OrderRequest>, readonly Prices[], readonly unknown[]]>([
    ['triggered inside', order, [[101, 102.5, 100, 101]], [102, 'taker', 'filled']],
    ['the open triggers and meets the limit', order, [[102.5, 104, 102.1, 103]], [102.5, 'taker', 'filled']],
    ['the open is beyond the limit', order, [[105, 106, 104, 105]], ['open']],
    [
      'a later bar comes back to it',
      order,
      [
        [105, 106, 104, 105],
        [104, 104.5, 102, 103],
      ],
      [103, 'maker', 'filled'],
    ],
    ['the same bar comes back to it', order, [[105, 106, 102, 103]], [103, 'maker', 'filled']],
    [
      'its trigger is beyond its limit: it rests from the next bar on',
      { ...order, price: 101 },
      [
        [101.5, 103, 100, 102],
        [103, 103, 101, 102],
      ],
      [101, 'maker', 'touch', 'filled'],
    ],
    ['not triggered', order, [[100, 101.99, 99, 100]], ['open']],
  ])('%s', (_, request, prices, expected) => {
    expect(outcome(request, prices)).toEqual(expected);
  });

  it('fills like a stop, at worst at its limit', () => {
    const terms = termsOf({ slippageRate: 0.001 });
    const at = (price: number): readonly unknown[] => outcome({ ...order, price }, [[101, 105, 100, 101]], terms);
    expect(at(103)).toEqual([102.11, 'taker', 'filled']);
    expect(at(102.05)).toEqual([102.05, 'taker', 'filled']);
  });

  it('protects a position: a bar that opens beyond its limit leaves it open', () => {
    const held = play(send(start(), bare({})), [flat(0, 100)]);
    const guarded = send(held, sell({ type: 'stop-limit', triggerPrice: 98, price: 97, purpose: 'stop' }), HOUR);
    const gap = play(guarded, barsOf([[95, 96, 94, 95]], 1));
    expect(gap.fills).toHaveLength(1);
    const back = play(gap, barsOf([[95, 97.5, 95, 97]], 2));
    expect(back.fills[1]).toMatchObject({ price: 97, cause: 'stop', ambiguous: false });
    expect(liquidityOf(back.fills[1]!)).toBe('maker');
  });

  it('reserves cash like a limit, against earlier orders too', () => {
    const market = send(start(150), bare({ clientOrderId: 'bc-market', strategyHash: 's2' }));
    const { orders } = play(send(market, bare(order), 1), [flat(0, 100), flat(1, 100)]);
    expect(orders['bc-market']).toMatchObject({ state: 'rejected', reason: 'insufficient-funds' });
    expect(orders['bc-entry']).toMatchObject({ state: 'open' });
  });
});

describe('rule 22: expiry', () => {
  const limit = { type: 'limit', price: 98, expireBars: 2 } as const;
  const quiet: Prices = [100, 101, 99, 100];

  it('an order lives through its bars and expires at the open after them, before anything fills there', () => {
    expect(outcome(limit, [quiet, [100, 101, 97, 98]])).toEqual([98, 'maker', 'filled']);
    expect(outcome(limit, [quiet, quiet, [97, 98, 96, 97]])).toEqual(['expired', 'not filled within 2 bars']);
  });

  it('bars filled flat count, and it may expire on one', () => {
    const account = play(send(start(), bare(limit)), [flat(0, 100), bar(1, [100, 100, 100, 100], true)]);
    expect(account.orders['bc-entry']).toMatchObject({ state: 'open' });
    const later = play(account, [bar(2, [100, 100, 100, 100], true)]);
    expect(later.orders['bc-entry']).toMatchObject({ state: 'expired', updatedAt: 2 * HOUR });
  });

  it('counts from the arrival', () => {
    const account = play(send(start(), bare(limit), 1), [flat(0, 100), flat(1, 100), bar(2, [100, 101, 97, 98])]);
    expect(account.fills).toHaveLength(1);
  });

  it('what was filled stays, and frees the cash of the rest', () => {
    const terms = termsOf({ participation: 0.1 });
    const held = play(send(start(), bare({})), [{ ...flat(0, 100), candle: { ...flat(0, 100).candle, volume: 100 } }]);
    const selling = send(held, sell({ type: 'limit', price: 103, expireBars: 1 }), HOUR);
    const part = bar(1, [100, 104, 100, 103]);
    const account = play(selling, [{ ...part, candle: { ...part.candle, volume: 4 } }, flat(2, 103)], terms);
    expect(account.orders['bc-exit']).toMatchObject({ state: 'expired', filledAmount: 0.4, averagePrice: 103 });
    expect(Object.values(account.positions)).toMatchObject([{ amount: 0.6 }]);
  });
});

describe('rule 23: several exits in one bar', () => {
  const away = (value: number) => ({ kind: 'absolute', value }) as const;
  const halves = [
    { offset: away(6), share: 0.5 },
    { offset: away(3), share: 0.5 },
  ];
  /** Long 1 from 100, stop 98, half at 103 and half at 106. */
  const exits = (prices: readonly Prices[], more: Partial<NonNullable<OrderRequest['bracket']>> = {}) =>
    play(send(start(), buy({ bracket: { stop: away(2), targets: halves, ...more } })), [
      flat(0, 100),
      ...barsOf(prices, 1),
    ])
      .fills.slice(1)
      .map(({ cause, price, amount, ambiguous }) => [cause, price, amount, ambiguous]);

  it.each<[string, readonly Prices[], readonly unknown[]]>([
    [
      'targets in the order of their distance',
      [[101, 107, 101, 106]],
      [
        ['target', 103, 0.5, false],
        ['target', 106, 0.5, false],
      ],
    ],
    ['the stop first, for all', [[100, 107, 97, 98]], [['stop', 98, 1, true]]],
    [
      'a target at the open, then the stop for what is left',
      [[104, 104, 97, 98]],
      [
        ['target', 103, 0.5, false],
        ['stop', 98, 0.5, false],
      ],
    ],
    [
      'the stop shrinks with each target',
      [
        [101, 104, 101, 103],
        [103, 103, 97, 98],
      ],
      [
        ['target', 103, 0.5, false],
        ['stop', 98, 0.5, false],
      ],
    ],
  ])('%s', (_, prices, expected) => {
    expect(exits(prices)).toEqual(expected);
  });

  it('a stop goes to break-even at the close of the bar that reached its distance, never inside it', () => {
    const even = { breakEven: away(3) };
    const request = buy({ bracket: { stop: away(2), ...even } });
    const moved = play(send(start(), request), [flat(0, 100), ...barsOf([[101, 103, 98.5, 102]], 1)]);
    expect(moved.orders['bc-entry-s']).toMatchObject({ price: 100 });
    expect(moved.orders['bc-entry-s']).not.toHaveProperty('breakEven');
    const reached: Prices = [101, 103, 98.5, 102];
    expect(exits([reached], even)).toEqual([['target', 103, 0.5, false]]);
    expect(exits([reached, [101, 102, 99.5, 101]], even)[1]).toEqual(['stop', 100, 0.5, false]);
    expect(
      exits(
        [
          [101, 102.9, 98.5, 102],
          [101, 102, 99.5, 101],
        ],
        even,
      ),
    ).toEqual([]);
  });

  it('break-even and trailing stop: the nearer is in force, and names the reason', () => {
    const both = { breakEven: away(2), trailing: away(4), targets: [{ offset: away(50), share: 1 }] };
    expect(
      exits(
        [
          [101, 103, 101, 102],
          [101, 101, 99, 99],
        ],
        both,
      ),
    ).toEqual([['stop', 100, 1, false]]);
    expect(
      exits(
        [
          [101, 108, 101, 107],
          [107, 107, 99, 99],
        ],
        both,
      ),
    ).toEqual([['trailing-stop', 104, 1, false]]);
  });

  it.each<[string, number, readonly number[], readonly number[]]>([
    ['rounds down, and the last target takes the rest', 1, [1 / 3, 1 / 3, 1 / 3], [0.333, 0.333, 0.334]],
    ['leaves what no target has', 1, [0.25, 0.25], [0.25, 0.25]],
    ['gives a part below the minimum to the next', 0.1, [0.05, 0.45, 0.5], [0.05, 0.05]],
    ['gives the last part below the minimum to the one before', 0.1, [0.6, 0.35, 0.05], [0.1]],
    ['closes a rest below the minimum with the last target', 0.2, [0.48, 0.48], [0.096, 0.104]],
  ])('%s', (_, amount, shares, parts) => {
    const targets = shares.map((share, i) => ({ offset: away(3 + i), share }));
    const { orders } = play(send(start(), buy({ amount, bracket: { stop: away(2), targets } })), [flat(0, 100)]);
    const legs = Object.values(orders).filter(({ purpose }) => purpose === 'target');
    expect(legs.map((leg) => leg.amount)).toEqual(parts);
  });

  it('stops and targets that were sent as orders follow the same order', () => {
    const held = play(send(start(), bare({})), [flat(0, 100)]);
    const target = send(held, sell({ clientOrderId: 'bc-t', type: 'limit', price: 103, purpose: 'target' }), HOUR);
    const both = send(target, sell({ clientOrderId: 'bc-s', type: 'stop', price: 98, purpose: 'stop' }), HOUR + 1);
    const { fills, orders } = play(both, [flat(1, 100), bar(2, [100, 104, 97, 98])]);
    expect(fills.slice(1)).toMatchObject([{ cause: 'stop', price: 98, ambiguous: true }]);
    expect(orders['bc-t']).toMatchObject({ state: 'cancelled', reason: 'nothing left to close' });
  });
});

describe('rule 24: participation', () => {
  const terms = termsOf({ participation: 0.1 });
  const thin = (index: number, prices: Prices, volume: number): VenueBar => {
    const one = bar(index, prices);
    return { ...one, candle: { ...one.candle, volume } };
  };
  const held = (request = bare({})): VenueAccount => play(send(start(), request), [flat(0, 100)]);
  const at = (index: number, price: number, volume: number): VenueBar =>
    thin(index, [price, price + 0.2, price - 0.2, price], volume);
  const amounts = ({ fills }: VenueAccount): readonly number[] => fills.map(({ amount }) => amount);

  it('an entry takes its share; the rest is cancelled at the close', () => {
    const account = play(send(start(), buy()), [at(0, 100, 4)], terms);
    expect(account.orders['bc-entry']).toMatchObject({
      state: 'cancelled',
      reason: 'the bar had no volume for more',
      filledAmount: 0.4,
      averagePrice: 100,
      amount: 1,
      reserved: 0,
    });
    expect(account.orders['bc-entry-s']).toMatchObject({ state: 'open', amount: 0.4 });
    expect(amounts(play(account, [at(1, 97, 100)], terms))).toEqual([0.4, 0.4]);
  });

  it('an entry whose part is below the minimum buys nothing', () => {
    const account = play(send(start(), buy()), [at(0, 100, 0.4)], terms);
    expect([account.fills, account.cash]).toEqual([[], '10000']);
    expect(account.orders['bc-entry']).toMatchObject({ state: 'cancelled', filledAmount: 0 });
  });

  it('an entry is tried once in a bar: what its open did not fill is not bought at a worse price inside', () => {
    const { fills, orders } = play(send(start(), bare({ type: 'limit', price: 110 })), [at(0, 97, 0.5)], terms);
    expect([fills, orders['bc-entry']!.state]).toEqual([[], 'cancelled']);
  });

  it('an exit goes on at the next opens, and is partially filled until then', () => {
    const leaving = send(held(), sell(), HOUR);
    const first = play(leaving, [at(1, 101, 4)], terms);
    expect(first.orders['bc-exit']).toMatchObject({ state: 'partially-filled', filledAmount: 0.4, averagePrice: 101 });
    const all = play(first, [at(2, 102, 4), at(3, 103, 4)], terms);
    expect(amounts(all)).toEqual([1, 0.4, 0.4, 0.2]);
    expect(all.orders['bc-exit']).toMatchObject({ state: 'filled', filledAmount: 1, averagePrice: 101.8 });
    expect(all.positions).toEqual({});
  });

  it('an immediate exit takes what the open has; its rest is cancelled, and the cash of an entry is free once it fills', () => {
    const ioc = send(held(), sell({ type: 'limit', price: 100, timeInForce: 'IOC' }), HOUR);
    const account = play(ioc, [at(1, 101, 4)], terms);
    expect(account.orders['bc-exit']).toMatchObject({ state: 'cancelled', filledAmount: 0.4 });
    const first = send(start(150), bare({ type: 'limit', price: 101 }));
    const both = send(first, bare({ strategyHash: 's2', clientOrderId: 'bc-other', amount: 0.4 }), 0);
    expect(amounts(play(both, [at(0, 100, 8)], terms))).toEqual([0.8]);
    const whole = play(both, [at(0, 100, 14)], terms);
    expect(amounts(whole)).toEqual([1, 0.4]);
    expect(whole.orders['bc-entry']).toMatchObject({ state: 'filled', reserved: 0 });
  });

  it('an exit that is filled in part stays in the account, and a liquidation closes what is left', () => {
    const part = play(send(held(), sell(), HOUR), [at(1, 101, 4)], terms);
    let crowded = part;
    for (let n = 0; n < 60; n += 1) crowded = send(crowded, buy({ clientOrderId: `bc-${n}`, amount: 0.001 }), 2 * HOUR);
    expect(movePast(crowded, crowded).account.orders['bc-exit']).toMatchObject({ state: 'partially-filled' });

    const short = bare({ symbol: 'BTC-PERP', side: 'sell', amount: 90 });
    const sold = play(send(start(), short, 0, PERPETUAL), [flat(0, 100)], termsOf({ market: PERPETUAL }));
    const buyBack = bare({ ...short, clientOrderId: 'bc-exit', side: 'buy', purpose: 'exit' });
    const thinly = { ...terms, market: PERPETUAL };
    const leaving = play(send(sold, buyBack, HOUR, PERPETUAL), [at(1, 101, 100)], thinly);
    expect(leaving.orders['bc-exit']).toMatchObject({ state: 'partially-filled', filledAmount: 10 });
    const ruined = play(leaving, [at(2, 400, 100)], thinly);
    expect(ruined.orders['bc-exit']).toMatchObject({ state: 'filled', filledAmount: 90, amount: 90 });
    expect([ruined.cash, ruined.positions]).toEqual(['0', {}]);
  });

  it('the rest of a stop is a market order at the next open, wherever that is', () => {
    const guarded = held(buy());
    const account = play(guarded, [thin(1, [100, 100, 97, 98], 4), at(2, 99, 100)], terms);
    expect(account.fills.slice(1).map(({ cause, price, amount }) => [cause, price, amount])).toEqual([
      ['stop', 98, 0.4],
      ['stop', 99, 0.6],
    ]);
    expect(account.orders['bc-entry-t']).toMatchObject({ state: 'cancelled' });
  });

  it('a stop that found no volume is triggered all the same', () => {
    const account = play(held(buy()), [thin(1, [100, 100, 97, 98], 0), at(2, 101, 100)], terms);
    expect(account.fills.slice(1)).toMatchObject([{ cause: 'stop', price: 101, amount: 1 }]);
  });

  it('the rest of a target rests at its limit, and the stop protects what is left', () => {
    const part = play(held(buy()), [thin(1, [101, 104, 101, 102], 4)], terms);
    expect(part.orders['bc-entry-t']).toMatchObject({ state: 'partially-filled', filledAmount: 0.4 });
    expect(part.orders['bc-entry-s']).toMatchObject({ state: 'open', amount: 0.6 });
    const stopped = play(part, [at(2, 97, 100)], terms);
    expect(stopped.fills.at(-1)).toMatchObject({ cause: 'stop', amount: 0.6 });
    expect(stopped.orders['bc-entry-t']).toMatchObject({ state: 'cancelled', filledAmount: 0.4 });
    const reached = play(part, [thin(2, [101, 104, 101, 102], 100)], terms);
    expect(reached.fills.at(-1)).toMatchObject({ cause: 'target', price: 103, amount: 0.6 });
  });

  it('all fills of a bar share its volume', () => {
    const first = send(start(), bare({ amount: 0.3 }));
    const both = send(first, bare({ amount: 0.3, clientOrderId: 'bc-other', strategyHash: 's2' }));
    expect(amounts(play(both, [at(0, 100, 4)], terms))).toEqual([0.3, 0.1]);
  });

  it('a rest below the minimum is closed with the last part', () => {
    const account = play(send(held(), sell(), HOUR), [at(1, 101, 9.95)], terms);
    expect(amounts(account)).toEqual([1, 1]);
    expect(account.positions).toEqual({});
  });

  it('a volume that nobody knows limits nothing, and neither does an account without the setting', () => {
    expect(amounts(play(send(start(), buy()), [at(0, 100, Number.NaN)], terms))).toEqual([1]);
    expect(amounts(play(send(start(), buy()), [at(0, 100, 0.001)]))).toEqual([1]);
  });
});

describe('orders that cannot be asked for', () => {
  const away = (value: number) => ({ kind: 'absolute', value }) as const;
  const share = (value: number) => ({ offset: away(3), share: value });
  it.each<[string, Partial<OrderRequest>]>([
    ['a market order with a price', { price: 100 }],
    ['a market order that rests', { timeInForce: 'GTC' }],
    ['a stop that is post-only', { type: 'stop', price: 102, postOnly: true }],
    ['a limit with a trigger', { type: 'limit', price: 98, triggerPrice: 97 }],
    ['a stop-limit without a trigger', { type: 'stop-limit', price: 98 }],
    ['a stop-limit without a limit', { type: 'stop-limit', triggerPrice: 98 }],
    ['post-only and immediate', { type: 'limit', price: 98, postOnly: true, timeInForce: 'IOC' }],
    ['no bar to live', { type: 'limit', price: 98, expireBars: 0 }],
    ['half a bar', { type: 'limit', price: 98, expireBars: 1.5 }],
    ['no targets', { bracket: { stop: away(2), targets: [] } }],
    ['ten targets', { bracket: { stop: away(2), targets: Array.from({ length: 10 }, () => share(0.1)) } }],
    ['shares above the whole', { bracket: { stop: away(2), targets: [share(0.6), share(0.5)] } }],
    ['a share of nothing', { bracket: { stop: away(2), targets: [share(0)] } }],
    ['target and targets', { bracket: { stop: away(2), target: away(3), targets: [share(1)] } }],
    ['break-even at once', { bracket: { stop: away(2), breakEven: away(0) } }],
  ])('%s', (_, patch) => {
    const { order, account } = submitOrder(start(), buy(patch), MARKET, 5);
    expect(order).toMatchObject({ state: 'rejected', reason: 'invalid-order' });
    expect(account.rejected).toEqual({ 'invalid-order': 1 });
  });

  it('targets nearer than a tick are rejected at the fill, whichever they are', () => {
    const targets = [share(0.5), { offset: away(0.001), share: 0.5 }];
    const account = play(send(start(), buy({ bracket: { stop: away(2), targets } })), [flat(0, 100)]);
    expect(account.rejected).toEqual({ 'target-too-near': 1 });
  });
});
