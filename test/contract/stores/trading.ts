import { type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type VenueOrder } from '../../../src/domain/portfolio/paper-venue/venue-order.ts';
import { describe, expect, it } from 'vitest';
import { type Bracket } from '../../../src/domain/orders/order.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { approval, fill, HOUR, intent, order, position, riskState, T0, together, verdict } from './samples.ts';

const bracket: Bracket = {
  stop: { kind: 'percent', value: 0.02 },
  target: { kind: 'absolute', value: 840 },
  trailing: { kind: 'percent', value: 0.03 },
  maxHoldBars: 48,
};

export function tradingContract(stores: () => Stores): void {
  describe('intents', () => {
    it('are unique by account and id; parts with slashes cause no key collision', async () => {
      const { intents } = stores();
      const bare = intent('in/a', 'b');
      const full = intent('in', 'a/b', { closeAmount: 0.5, bracket, cycleId: 'c', purpose: 'exit', side: 'sell' });
      expect(await intents.addMany([bare, full])).toBe(2);
      expect(await intents.addMany([{ ...bare, because: 'other' }, intent('in', 'c')])).toBe(1);
      expect(await intents.get('in/a', 'b')).toStrictEqual(bare);
      expect(await intents.get('in', 'a/b')).toStrictEqual(full);
      expect(await intents.get('in', 'none')).toBeNull();
      expect(await intents.getMany('in', ['c', 'none', 'a/b'])).toStrictEqual([intent('in', 'c'), full]);
    });

    it('are listed by strategy, newest first, with their verdicts', async () => {
      const { intents } = stores();
      const own = [1, 2, 3].map((i) => intent('is', `i${i}`, { strategyHash: 'is-s', asOf: T0 + i }));
      await intents.addMany([...own, intent('is', 'i4', { strategyHash: 'is-t' })]);
      expect(await intents.ofStrategy('is', 'is-s', 2)).toStrictEqual([own[2], own[1]]);
      expect(await intents.ofStrategy('other', 'is-s', 2)).toEqual([]);
      await intents.recordVerdict('is', verdict('i1'), T0);
      expect(await intents.verdictsOn('is', ['i1', 'i2'])).toStrictEqual([verdict('i1')]);
    });

    it('have one verdict: the first one wins', async () => {
      const { intents } = stores();
      const answers = await together(30, (i) => intents.recordVerdict('ve', verdict('one', { amount: i }), T0 + i));
      expect(new Set(answers.map(({ amount }) => amount)).size).toBe(1);
      const veto = verdict('one', { decision: 'veto', amount: 0, reasons: [] });
      expect(await intents.recordVerdict('ve', veto, T0 + 99)).toStrictEqual(answers[0]);
    });

    it('list verdicts newest first, by account and cycle', async () => {
      const { intents } = stores();
      await intents.recordVerdict('vl', verdict('1'), T0 + 1, 'vl-c');
      await intents.recordVerdict('vl', verdict('2'), T0 + 3);
      await intents.recordVerdict('vl-other', verdict('3', { decision: 'reduce' }), T0 + 2, 'vl-c');
      expect(await intents.verdicts({ account: 'vl' })).toStrictEqual([
        { ...verdict('2'), account: 'vl', at: T0 + 3 },
        { ...verdict('1'), account: 'vl', at: T0 + 1, cycleId: 'vl-c' },
      ]);
      const both = await intents.verdicts({ account: ['vl', 'vl-other'] });
      expect(both.map(({ account, intentId }) => [account, intentId])).toEqual([
        ['vl', '2'],
        ['vl-other', '3'],
        ['vl', '1'],
      ]);
      expect((await intents.verdicts({ cycleId: 'vl-c' })).map((v) => v.intentId)).toEqual(['3', '1']);
      expect(await intents.verdicts({ cycleId: 'vl-c', limit: 1 })).toHaveLength(1);
    });
  });

  describe('approvals', () => {
    it('are issued once: the first one wins and is returned', async () => {
      const { approvals } = stores();
      const issued = await together(20, (i) => approvals.issue(approval('ap-1', { amount: i })));
      expect(new Set(issued.map(({ amount }) => amount)).size).toBe(1);
      expect(await approvals.get('ap-1')).toStrictEqual(issued[0]);
      expect(await approvals.get('ap-none')).toBeNull();
    });

    it('are used by one order, which may repeat the request', async () => {
      const { approvals } = stores();
      await approvals.issue(approval('ap-2'));
      const used = await together(30, (i) => approvals.consume('ap-2', `order-${i % 10}`, T0 + i));
      const winners = new Set(used.flatMap((ok, i) => (ok ? [i % 10] : [])));
      expect(winners.size).toBe(1);
      expect(used.filter(Boolean)).toHaveLength(3);
      const [winner] = winners;
      expect(await approvals.consume('ap-2', `order-${winner}`, T0)).toBe(true);
      expect(await approvals.consume('ap-2', 'order-x', T0)).toBe(false);
      expect(await approvals.get('ap-2')).toStrictEqual(approval('ap-2'));
      expect(await approvals.consume('ap-none', 'order-1', T0)).toBe(false);
    });

    it('are outstanding while unused and not expired', async () => {
      const { approvals } = stores();
      const account = 'ap-out';
      await approvals.issue(approval('ap-late', { account, expiresAt: T0 + 3 * HOUR }));
      await approvals.issue(approval('ap-soon', { account, expiresAt: T0 + HOUR }));
      await approvals.issue(approval('ap-used', { account, expiresAt: T0 + 3 * HOUR }));
      await approvals.issue(approval('ap-elsewhere'));
      await approvals.consume('ap-used', 'o', T0);
      const at = async (now: number): Promise<string[]> =>
        (await approvals.outstanding(account, now)).map(({ id }) => id);
      expect(await at(T0)).toEqual(['ap-soon', 'ap-late']);
      expect(await at(T0 + HOUR)).toEqual(['ap-late']);
      expect((await approvals.outstanding(account, T0))[0]).toStrictEqual(
        approval('ap-soon', { account, expiresAt: T0 + HOUR }),
      );
    });
  });

  describe('orders', () => {
    it('are inserted once by account and client order id', async () => {
      const { orders } = stores();
      const inserted = await together(30, (i) => orders.insert(order('or', 'race', { amount: i + 1 })));
      expect(inserted.filter(Boolean)).toHaveLength(1);
      expect((await orders.get('or', 'race'))?.amount).toBe(inserted.indexOf(true) + 1);
      expect(await orders.insert(order('or-2', 'race'))).toBe(true);
    });

    it('are read back with exactly their fields', async () => {
      const { orders } = stores();
      const bare = order('or', 'bare');
      const full = order('or', 'full', {
        type: 'limit',
        price: 41_999.99,
        bracket,
        parentId: 'bare',
        approvalId: 'ap',
        state: 'filled',
        reason: '',
        filledAmount: 0.01,
        averagePrice: 42_000,
        fees: 2.52,
        cycleId: 'c',
      });
      await orders.insert(bare);
      await orders.insert(full);
      expect(await orders.get('or', 'bare')).toStrictEqual(bare);
      expect(await orders.get('or', 'full')).toStrictEqual(full);
      expect(await orders.get('or', 'none')).toBeNull();
    });

    it('refuse an amount that is not a number', async () => {
      const { orders } = stores();
      await expect(orders.insert(order('or', 'nan', { amount: Number.NaN }))).rejects.toThrow('amount');
      expect(await orders.get('or', 'nan')).toBeNull();
    });

    it('change only from the named states, and one of several concurrent transitions succeeds', async () => {
      const { orders } = stores();
      await orders.insert(order('or', 'move', { state: 'approved' }));
      const moved = await together(30, (i) =>
        orders.transition('or', 'move', ['intended', 'approved'], 'submitting', {
          updatedAt: T0 + i,
          reason: `by ${i}`,
        }),
      );
      const winner = moved.findIndex((row) => row !== null);
      expect(moved.filter((row) => row !== null)).toHaveLength(1);
      const expected = order('or', 'move', { state: 'submitting', updatedAt: T0 + winner, reason: `by ${winner}` });
      expect(moved[winner]).toStrictEqual(expected);
      expect(await orders.get('or', 'move')).toStrictEqual(expected);

      const patch = { filledAmount: 0.01, averagePrice: 42_000, fees: 2.5, approvalId: 'ap', updatedAt: T0 + 100 };
      expect(await orders.transition('or', 'move', ['open', 'submitting'], 'filled', patch)).toStrictEqual({
        ...expected,
        ...patch,
        state: 'filled',
      });
      expect(await orders.transition('or', 'move', ['open'], 'cancelled', { updatedAt: T0 })).toBeNull();
      expect(await orders.transition('or', 'none', ['open'], 'cancelled', { updatedAt: T0 })).toBeNull();
    });

    it('are listed newest first, by account, state, cycle and time, and counted', async () => {
      const { orders } = stores();
      const account = 'or-list';
      await orders.insert(order(account, '1', { createdAt: T0, state: 'open' }));
      await orders.insert(order(account, '2', { createdAt: T0 + 2, state: 'filled', cycleId: 'or-c' }));
      await orders.insert(order(account, '3', { createdAt: T0 + 1, state: 'open', cycleId: 'or-c', purpose: 'stop' }));
      await orders.insert(order('or-else', '4', { createdAt: T0 + 9, cycleId: 'or-c' }));
      const list = async (filter: Parameters<typeof orders.list>[0]): Promise<string[]> =>
        (await orders.list(filter)).map(({ clientOrderId }) => clientOrderId);
      expect(await list({ account })).toEqual(['2', '3', '1']);
      expect(await list({ account, states: ['open'] })).toEqual(['3', '1']);
      expect(await list({ cycleId: 'or-c' })).toEqual(['4', '2', '3']);
      expect(await list({ account, since: T0 + 1 })).toEqual(['2', '3']);
      expect(await list({ account, limit: 1 })).toEqual(['2']);
      expect(await orders.count({ account })).toBe(3);
      expect(await orders.count({ account, purpose: 'entry' })).toBe(2);
      expect(await orders.count({ account, purpose: 'entry', since: T0 + 1 })).toBe(1);
    });
  });

  describe('ledger', () => {
    it('counts a fill once', async () => {
      const { ledger } = stores();
      const fills = Array.from({ length: 25 }, (_, i) => fill('le', `f${i}`));
      const counts = await together(20, () => ledger.recordFills(fills));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(25);
      expect(await ledger.recordFills([fill('le-2', 'f0')])).toBe(1);
    });

    it('lists fills newest first, by account, strategy and symbol', async () => {
      const { ledger } = stores();
      const account = 'le-list';
      const first = fill(account, '1', { time: T0 + 1 });
      const second = fill(account, '2', { time: T0 + 2, strategyHash: 'le-s', symbol: 'ETH/USD' });
      const third = fill(account, '3', { time: T0 + 3, strategyHash: 'le-s' });
      await ledger.recordFills([second, third, first]);
      expect(await ledger.fills({ account })).toStrictEqual([third, second, first]);
      expect(await ledger.fills({ strategyHash: 'le-s' })).toStrictEqual([third, second]);
      expect(await ledger.fills({ account, symbol: 'BTC/USD', limit: 1 })).toStrictEqual([third]);
    });

    it('replaces positions by account, strategy and symbol', async () => {
      const { ledger } = stores();
      const account = 'le-pos';
      await together(20, (i) => ledger.savePositions([position(account, 's', { amount: i })]));
      const final = [
        position(account, 's', { amount: 0, openedAt: T0 }),
        position(account, 's', { symbol: 'ETH/USD', amount: -2 }),
      ];
      await ledger.savePositions(final);
      await ledger.savePositions([position('le-pos-2', 's')]);
      await ledger.savePositions([]);
      expect(await ledger.positions(account)).toStrictEqual(final);
      expect((await ledger.positions()).length).toBeGreaterThanOrEqual(3);
    });

    it('keeps one equity point per time, the last written, and returns the latest sorted by time', async () => {
      const { ledger } = stores();
      const point = (time: number, equity: number) => ({ account: 'le-eq', time, equity, cash: 1, exposure: 0.5 });
      await together(20, (i) => ledger.recordEquity(point(T0 + (i % 4), i)));
      await ledger.recordEquity(point(T0 + 2, 777));
      const curve = await ledger.equity('le-eq', 100);
      expect(curve.map(({ time }) => time - T0)).toEqual([0, 1, 2, 3]);
      expect(curve[2]).toStrictEqual(point(T0 + 2, 777));
      expect((await ledger.equity('le-eq', 2)).map(({ time }) => time - T0)).toEqual([2, 3]);
    });
  });

  describe('risk state', () => {
    it('changes by compare-and-set, one writer per version', async () => {
      const { riskState: store } = stores();
      expect(await store.get('rs')).toBeNull();
      const first = await together(20, (i) => store.save(riskState('rs', { peakEquity: i }), 0));
      expect(first.filter(Boolean)).toHaveLength(1);
      expect((await store.get('rs'))?.peakEquity).toBe(first.indexOf(true));

      const limited = riskState('rs', { version: 2, tradingState: 'REDUCING', stateSetBy: 'risk-limit', liftsAt: T0 });
      expect(await store.save(limited, 1)).toBe(true);
      expect(await store.get('rs')).toStrictEqual(limited);
      expect(await store.save(riskState('rs', { version: 2 }), 1)).toBe(false);
      expect(await store.save(riskState('rs', { version: 8 }), 7)).toBe(false);

      const lifted = riskState('rs', { version: 3 });
      expect(await store.save(lifted, 2)).toBe(true);
      expect(await store.get('rs')).toStrictEqual(lifted);
    });

    it('loses no update of 20 writers that read, change and retry', async () => {
      const { riskState: store } = stores();
      await store.save(riskState('rs-sum', { peakEquity: 0 }), 0);
      await together(20, async () => {
        for (;;) {
          const now = await store.get('rs-sum');
          if (!now) throw new Error('the state is gone');
          const next = { ...now, version: now.version + 1, peakEquity: now.peakEquity + 1 };
          if (await store.save(next, now.version)) return;
        }
      });
      expect(await store.get('rs-sum')).toStrictEqual(riskState('rs-sum', { peakEquity: 20, version: 21 }));
    });
  });
}

/** Accounts of the paper venue. */
export function venueAccountsContract(stores: () => Stores): void {
  describe('venue accounts', () => {
    it('keep any plain state by compare-and-set', async () => {
      const { venueAccounts } = stores();
      expect(await venueAccounts.load('va')).toBeNull();
      const state = {
        cash: 10_000.25,
        orders: { 'bc-1': { price: 1e-9 }, 'a.b': { $x: [null, true, ''] } },
        empty: {},
      };
      const first = await together(20, (i) => venueAccounts.save('va', i === 0 ? state : { ...state, cash: i }, 0));
      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await venueAccounts.save('va', state, 1)).toBe(true);
      expect(await venueAccounts.load('va')).toStrictEqual({ version: 2, state });
      const later = await together(20, (i) => venueAccounts.save('va', { cash: i }, 2));
      expect(later.filter(Boolean)).toHaveLength(1);
      expect(await venueAccounts.load('va')).toStrictEqual({ version: 3, state: { cash: later.indexOf(true) } });
      await expect(venueAccounts.save('va', { cash: Number.NaN }, 3)).rejects.toThrow('NaN');
      expect((await venueAccounts.load('va'))?.version).toBe(3);
    });

    it('answer with the version alone when the state is known', async () => {
      const { venueAccounts } = stores();
      expect(await venueAccounts.load('va-known', 1)).toBeNull();
      await venueAccounts.save('va-known', { cash: 1 }, 0);
      expect(await venueAccounts.load('va-known', 1)).toEqual({ version: 1 });
      expect(await venueAccounts.load('va-known', 7)).toStrictEqual({ version: 1, state: { cash: 1 } });
    });

    it('keep what is over in rows, also when somebody was faster', async () => {
      const { venueAccounts } = stores();
      const order = { clientOrderId: 'e1', state: 'filled', amount: 0.1 } as VenueOrder;
      const leg = { ...order, clientOrderId: 'e1.stop', parentId: 'e1', state: 'cancelled' } as VenueOrder;
      const fills = [9, 10, 11].map((n) => ({ id: `e1.${n}`, amount: n }) as VenueFill);
      await venueAccounts.save('va-past', {}, 0);
      for (const expected of [1, 1, 5])
        await venueAccounts.save('va-past', {}, expected, { orders: [order, leg], fills });
      expect(await venueAccounts.pastOrder('va-past', 'e1')).toStrictEqual(order);
      expect(await venueAccounts.pastOrder('va-past', 'e1.stop')).toStrictEqual(leg);
      expect(await venueAccounts.pastOrder('va-other', 'e1')).toBeNull();
      expect(await venueAccounts.pastGroup('va-past', 'e1')).toHaveLength(2);
      expect(await venueAccounts.pastFills('va-past', 9)).toStrictEqual(fills.slice(1));
      expect(await venueAccounts.pastFills('va-other', 0)).toEqual([]);
    });
  });
}
