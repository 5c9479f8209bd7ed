import { beforeEach, describe, expect, it } from 'vitest';
import { isExplained } from '../../src/domain/errors.ts';
import { ORDER_TYPES } from '../../src/domain/orders/order.ts';
import { type Broker, type PlacedRequest } from '../../src/ports/broker.ts';
import { type LostAt } from '../fixtures/scripted-venue.ts';

/** A venue with one spot market, whose fills are without slippage, and how a test disturbs it. */
export interface BrokerCase {
  readonly symbol: string;
  readonly startingCash: number;
  /** A broker that remembers nothing, over the same venue: as a process that starts. */
  readonly restart: () => Broker;
  /** Ids of the orders that the venue itself holds open for the account; not what a broker only intends. */
  readonly atVenue: () => readonly string[];
  /** Closes the next candle (open, high, low, close) and lets the venue play it. */
  readonly candle: (broker: Broker, prices: readonly [number, number, number, number]) => Promise<void>;
  /** Lets the venue play the last candle again. */
  readonly repeatCandle: (broker: Broker) => Promise<void>;
  /** What is asked of the venue fails: request number `nth` from now on. Returns whether it was reached, and ends it. */
  readonly lose: (nth: number, at: LostAt, error: unknown) => () => boolean;
}

export const ACCOUNT = 'paper';
const OTHER = 'other';

/** What the port `Broker` promises of a venue. Each test begins at a new venue, whose last price is 100. */
export function brokerContract(name: string, open: () => BrokerCase): void {
  describe(`${name}: a broker`, () => {
    let venue: BrokerCase;
    let broker: Broker;
    let time = 0;

    const flat = (price = 100) => venue.candle(broker, [price, price, price, price]);
    const entry = (id: string, patch: Partial<PlacedRequest> = {}): PlacedRequest => ({
      account: ACCOUNT,
      clientOrderId: id,
      strategyHash: 's1',
      symbol: venue.symbol,
      side: 'buy',
      type: 'market',
      purpose: 'entry',
      amount: 2,
      time,
      ...patch,
    });
    const exit = (id: string, patch: Partial<PlacedRequest> = {}): PlacedRequest =>
      entry(id, { side: 'sell', purpose: 'exit', ...patch });
    const limit = (id: string, price: number): PlacedRequest => entry(id, { type: 'limit', price });
    const openIds = async (): Promise<readonly string[]> =>
      (await broker.openOrders(ACCOUNT)).map(({ clientOrderId }) => clientOrderId);
    const filledIds = async (account = ACCOUNT): Promise<readonly string[]> =>
      (await broker.fills(account, null)).map(({ clientOrderId }) => clientOrderId);
    /** All that the port says of the account. */
    const snapshot = async (ids: readonly string[]) => ({
      orders: await Promise.all(ids.map((id) => broker.fetchGroup(ACCOUNT, id))),
      open: await broker.openOrders(ACCOUNT),
      fills: await broker.fills(ACCOUNT, null),
      positions: await broker.positions(ACCOUNT),
      balance: await broker.balance(ACCOUNT),
    });

    const begin = async (): Promise<void> => {
      venue = open();
      broker = venue.restart();
      time = 0;
      await broker.open(ACCOUNT);
      await flat();
    };
    beforeEach(begin);

    it('takes the same request twice as one order, also after a restart', async () => {
      const first = await broker.submit(entry('a'));
      expect(first).toMatchObject({ clientOrderId: 'a', state: 'open', filledAmount: 0, amount: 2 });
      expect(venue.atVenue()).toEqual(['a']);
      expect(await broker.submit(entry('a', { amount: 3 }))).toEqual(first);
      broker = venue.restart();
      await broker.open(ACCOUNT);
      expect(await broker.submit(entry('a', { amount: 4 }))).toEqual(first);
      expect(await openIds()).toEqual(['a']);
      await flat();
      const filled = await broker.submit(entry('a', { amount: 5 }));
      expect(filled).toMatchObject({ state: 'filled', filledAmount: 2 });
      await flat();
      expect(await broker.fills(ACCOUNT, null)).toMatchObject([{ clientOrderId: 'a', amount: 2, side: 'buy' }]);
    });

    it('cancels an open order once and for good', async () => {
      await broker.submit(limit('a', 90));
      await broker.submit(limit('b', 91));
      const cancelled = await broker.cancel(ACCOUNT, 'a');
      expect(cancelled).toMatchObject({ clientOrderId: 'a', state: 'cancelled', filledAmount: 0 });
      expect(cancelled?.reason).toBeTruthy();
      expect(await openIds()).toEqual(['b']);
      expect(venue.atVenue()).toEqual(['b']);
      expect(await broker.cancel(ACCOUNT, 'a')).toEqual(cancelled);
      expect(await broker.submit(limit('a', 90))).toEqual(cancelled);
      await flat(80);
      expect(await filledIds()).toEqual(['b']);
      expect(await broker.fetchOrder(ACCOUNT, 'a')).toEqual(cancelled);
    });

    it('changes nothing when an ended or unknown order is cancelled, and knows no order that was never sent', async () => {
      await broker.submit(entry('a'));
      await flat();
      const before = await snapshot(['a']);
      expect(await broker.cancel(ACCOUNT, 'a')).toMatchObject({ state: 'filled', filledAmount: 2 });
      expect(await broker.cancel(ACCOUNT, 'never')).toBeNull();
      expect(await broker.fetchOrder(ACCOUNT, 'never')).toBeNull();
      expect(await broker.fetchGroup(ACCOUNT, 'never')).toEqual([]);
      expect(await snapshot(['a'])).toEqual(before);
    });

    it('gives fills from any cursor without loss or repeats, in order, however old', { timeout: 60_000 }, async () => {
      const ids: string[] = [];
      for (let n = 0; n < 55; n += 1) {
        time += 1;
        await broker.submit(n % 2 === 0 ? entry(`e${n}`) : exit(`e${n}`));
        ids.push(`e${n}`);
        await flat(100 + n);
      }
      for (const current of [broker, venue.restart()]) {
        await current.open(ACCOUNT);
        const all = await current.fills(ACCOUNT, null);
        expect(all.map(({ clientOrderId }) => clientOrderId)).toEqual(ids);
        expect(new Set(all.map(({ id }) => id)).size).toBe(ids.length);
        expect(all.every((fill, i) => i === 0 || fill.time >= all[i - 1]!.time)).toBe(true);
        expect(all.every(({ account, fee, symbol }) => account === ACCOUNT && fee > 0 && symbol === venue.symbol)).toBe(
          true,
        );
        for (const at of [0, 1, 20, 39, 40, 41, 53]) {
          expect(await current.fills(ACCOUNT, all[at]!.id)).toEqual(all.slice(at + 1));
        }
        expect(await current.fills(ACCOUNT, all.at(-1)!.id)).toEqual([]);
        // A cursor of another history: rather no answer than one with a gap.
        await expect(current.fills(ACCOUNT, 'nobody.99')).rejects.toMatchObject({ code: 'fills-missing' });
        // What is over long since is still known.
        expect(await current.fetchOrder(ACCOUNT, 'e0')).toMatchObject({ state: 'filled', filledAmount: 2, amount: 2 });
        expect(await current.submit(entry('e0', { amount: 9 }))).toMatchObject({ state: 'filled', amount: 2 });
        expect(await current.openOrders(ACCOUNT)).toEqual([]);
      }
    });

    it('lists the orders that may still fill, with what was asked for', async () => {
      await broker.submit(limit('low', 90));
      await broker.submit(limit('high', 97));
      await broker.submit(entry('small', { amount: 0 }));
      await venue.candle(broker, [100, 100, 96, 98]);
      const asked = { clientOrderId: 'low', side: 'buy', type: 'limit', price: 90, amount: 2, purpose: 'entry' };
      expect(await broker.openOrders(ACCOUNT)).toMatchObject([
        { ...asked, strategyHash: 's1', symbol: venue.symbol, state: 'open', filledAmount: 0 },
      ]);
      const [fill] = await broker.fills(ACCOUNT, null);
      expect(fill).toMatchObject({ clientOrderId: 'high', price: 97, amount: 2, strategyHash: 's1', purpose: 'entry' });
      expect(await broker.fetchOrder(ACCOUNT, 'high')).toMatchObject({
        state: 'filled',
        averagePrice: 97,
        fees: fill!.fee,
      });
    });

    it('has the cash, positions and equity that its fills say', async () => {
      await broker.submit(entry('a'));
      await broker.submit(entry('b', { strategyHash: 's2', amount: 3 }));
      await flat(100);
      await flat(110);
      await broker.submit(exit('c', { amount: 2 }));
      const cashOf = async (): Promise<number> =>
        (await broker.fills(ACCOUNT, null)).reduce(
          (cash, { side, amount, price, fee }) => cash - (side === 'buy' ? amount : -amount) * price - fee,
          venue.startingCash,
        );
      const check = async (price: number, held: readonly (readonly [string, number])[]): Promise<void> => {
        const shares = (await broker.positions(ACCOUNT)).filter(({ amount }) => amount !== 0);
        expect(shares.map(({ strategyHash, amount }) => [strategyHash, amount]).toSorted()).toEqual(held);
        const { cash, equity, exposure, writtenOff } = await broker.balance(ACCOUNT);
        const value = held.reduce((sum, [, amount]) => sum + amount * price, 0);
        expect(cash).toBeCloseTo(await cashOf(), 6);
        expect(exposure).toBeCloseTo(value, 6);
        expect(equity).toBeCloseTo(cash + value, 6);
        expect(writtenOff).toBe(0);
      };
      const held = [
        ['s1', 2],
        ['s2', 3],
      ] as const;
      await check(110, held);
      await flat(120);
      await check(120, [['s2', 3]]);
      await broker.submit(exit('d', { strategyHash: 's2', amount: 3 }));
      await flat(120);
      await check(120, []);
      expect(await filledIds()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('rejects with a reason what it cannot do, for good and without a trace', async () => {
      const refused = [
        entry('none', { amount: 0 }),
        { ...limit('dear', 90), amount: 1000 },
        ...(broker.capabilities.reduceOnly ? [exit('nothing')] : []),
      ];
      for (const request of refused) {
        const report = await broker.submit(request);
        expect(report).toMatchObject({ clientOrderId: request.clientOrderId, state: 'rejected', filledAmount: 0 });
        expect(report.reason).toMatch(/\w/);
        expect(await broker.submit(request)).toEqual(report);
        expect(await broker.fetchOrder(ACCOUNT, request.clientOrderId)).toEqual(report);
      }
      expect(await openIds()).toEqual([]);
      await flat(50);
      expect(await filledIds()).toEqual([]);
      expect((await broker.balance(ACCOUNT)).cash).toBe(venue.startingCash);
    });

    it('says which types of orders it takes', async () => {
      const terms = {
        market: {},
        limit: { price: 99 },
        stop: { price: 105 },
        'stop-limit': { price: 106, triggerPrice: 105 },
      };
      expect(broker.capabilities.orderTypes).toContain('market');
      for (const type of ORDER_TYPES) {
        const report = await broker.submit(entry(type, { type, ...terms[type] }));
        expect([type, report.state]).toEqual([
          type,
          broker.capabilities.orderTypes.includes(type) ? 'open' : 'rejected',
        ]);
      }
    });

    it('protects an entry by orders of its group, which end with the position', async () => {
      const bracket = { stop: { kind: 'percent', value: 0.05 }, target: { kind: 'percent', value: 0.1 } } as const;
      await broker.submit(entry('a', { bracket }));
      expect(await broker.fetchGroup(ACCOUNT, 'a')).toHaveLength(1);
      await flat();
      const group = await broker.fetchGroup(ACCOUNT, 'a');
      expect(group.map(({ purpose, state, amount, side }) => [purpose, state, amount, side])).toEqual([
        ['entry', 'filled', 2, 'buy'],
        ['stop', 'open', 2, 'sell'],
        ['target', 'open', 2, 'sell'],
      ]);
      const legs = group.filter(({ parentId }) => parentId === 'a');
      expect(legs.map(({ price }) => Math.round(price! * 100) / 100)).toEqual([95, 110]);
      expect(await openIds()).toEqual(legs.map(({ clientOrderId }) => clientOrderId));
      await venue.candle(broker, [99, 99, 94, 96]);
      await flat(96);
      const [, closing, ...more] = await broker.fills(ACCOUNT, null);
      expect(closing).toMatchObject({
        purpose: 'stop',
        side: 'sell',
        amount: 2,
        clientOrderId: legs[0]!.clientOrderId,
      });
      expect(more).toEqual([]);
      expect(await broker.positions(ACCOUNT)).toEqual([]);
      expect(await openIds()).toEqual([]);
      expect((await broker.fetchGroup(ACCOUNT, 'a')).map(({ state }) => state)).toEqual([
        'filled',
        'filled',
        'cancelled',
      ]);
    });

    it('says whether its protection acts in the bar of the entry', async () => {
      await broker.submit(entry('a', { bracket: { stop: { kind: 'percent', value: 0.05 } } }));
      await venue.candle(broker, [100, 100, 90, 96]);
      expect((await broker.positions(ACCOUNT)).length).toBe(broker.capabilities.brackets ? 0 : 1);
      await venue.candle(broker, [96, 96, 94, 94]);
      expect(await broker.positions(ACCOUNT)).toEqual([]);
    });

    it('tells two processes the same, whoever asked last', async () => {
      const other = venue.restart();
      await other.open(ACCOUNT);
      await broker.submit(limit('a', 90));
      await other.submit(limit('b', 91));
      expect(await openIds()).toEqual(['a', 'b']);
      await other.cancel(ACCOUNT, 'a');
      expect(await broker.fetchOrder(ACCOUNT, 'a')).toMatchObject({ state: 'cancelled' });
      expect(await broker.submit(limit('a', 90))).toMatchObject({ state: 'cancelled' });
      expect(await broker.cancel(ACCOUNT, 'b')).toMatchObject({ state: 'cancelled' });
      expect(await other.openOrders(ACCOUNT)).toEqual([]);
    });

    it('keeps accounts apart', async () => {
      await broker.open(OTHER);
      await broker.submit(entry('a'));
      await flat();
      expect(await broker.fetchOrder(OTHER, 'a')).toBeNull();
      expect(await broker.fills(OTHER, null)).toEqual([]);
      expect(await broker.positions(OTHER)).toEqual([]);
      expect((await broker.balance(OTHER)).cash).toBe(venue.startingCash);
      await broker.submit(entry('a', { account: OTHER, amount: 1 }));
      expect(await broker.fetchOrder(ACCOUNT, 'a')).toMatchObject({ amount: 2, state: 'filled' });
    });

    it('changes nothing when it is opened anew, or when a candle is repeated', async () => {
      const bracket = { stop: { kind: 'percent', value: 0.05 } } as const;
      const ids = ['a', 'b', 'c', 'd'];
      await broker.submit(entry('a', { bracket }));
      await broker.submit(limit('b', 90));
      await flat();
      await broker.submit(entry('c', { strategyHash: 's2' }));
      await broker.submit(entry('d', { amount: 0 }));
      const before = await snapshot(ids);
      expect(before.fills).toHaveLength(1);
      await broker.open(ACCOUNT);
      await venue.repeatCandle(broker);
      expect(await snapshot(ids)).toEqual(before);
      broker = venue.restart();
      await broker.open(ACCOUNT);
      expect(await snapshot(ids)).toEqual(before);
      await venue.repeatCandle(broker);
      expect(await snapshot(ids)).toEqual(before);
    });

    /**
     * Plays a short history whose step `disturbed` meets a foreign error at its n-th request. The next process asks again.
     * Returns what came of it, and whether the error was met.
     */
    const played = async (disturbed: string, nth: number, at: LostAt) => {
      await begin();
      const bracket = { stop: { kind: 'percent', value: 0.05 } } as const;
      let isMet = false;
      const step = async (what: string, ask: () => Promise<unknown>): Promise<void> => {
        const ended = what === disturbed ? venue.lose(nth, at, new Error('socket hang up')) : () => false;
        const error = await ask().then(
          () => null,
          (caught: unknown) => caught,
        );
        if (!ended()) {
          expect(error).toBeNull();
          return;
        }
        isMet = true;
        // A final error with an explanation would be a rejection (place-order.ts): nothing is known of this request.
        expect(error).not.toBeNull();
        expect(isExplained(error) && !error.retryable).toBe(false);
        broker = venue.restart();
        await broker.open(ACCOUNT);
        const known = what === 'entry' ? await broker.fetchOrder(ACCOUNT, 'a') : null;
        expect(known?.state).not.toBe('rejected');
        // What is open here is on its way: nothing waits for somebody who has died.
        if (known) expect(venue.atVenue()).toContain('a');
        await ask();
      };
      await step('limit', () => broker.submit(limit('b', 90)));
      await step('entry', () => broker.submit(entry('a', { bracket })));
      await step('candle', () => flat(101));
      await step('cancel', () => broker.cancel(ACCOUNT, 'b'));
      await step('exit', () => broker.submit(exit('c')));
      expect(venue.atVenue()).toContain('c');
      await step('last candle', () => flat(102));
      return { isMet, end: await snapshot(['a', 'b', 'c']) };
    };

    it.each(['limit', 'entry', 'candle', 'cancel', 'exit', 'last candle'])(
      'a foreign error in the step `%s` says nothing of the order, and asking again completes it once',
      async (disturbed) => {
        const { end: expected } = await played('none', 0, 'before');
        expect(expected.fills.map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'c']);
        let met = 0;
        for (const at of ['before', 'after'] as const) {
          for (let nth = 1; ; nth += 1) {
            const { isMet, end } = await played(disturbed, nth, at);
            expect(end).toEqual(expected);
            if (!isMet) break;
            met += 1;
          }
        }
        // A venue that plays by itself is not asked for candles.
        if (!disturbed.includes('candle')) expect(met).toBeGreaterThanOrEqual(2);
      },
    );
  });
}
