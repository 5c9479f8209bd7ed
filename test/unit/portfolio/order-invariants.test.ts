import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { canTransition, isTerminal } from '../../../src/domain/orders/state-machine.ts';
import { foldFills } from '../../../src/domain/portfolio/fold.ts';
import { openAccount, type VenueAccount, type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { onCandle } from '../../../src/domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { type VenueOrder } from '../../../src/domain/portfolio/paper-venue/venue-order.ts';
import { drawOrderCase, type OrderCase, requestOf, venueTerms } from '../../fixtures/reference/random-orders.ts';
import { HOUR } from './venue-fixtures.ts';

/** One bar of a run. */
interface Moment {
  readonly input: OrderCase;
  readonly bar: number;
  readonly before: VenueAccount;
  readonly after: VenueAccount;
  readonly fills: readonly VenueFill[];
}

/** Plays random cases with little cash and cancels in between; every order change is a legal one. */
function* moments(label: string, cases: number): Generator<Moment> {
  const rng = createRng(label);
  for (let n = 0; n < cases; n += 1) {
    const input = drawOrderCase(rng.fork(`case ${n}`), 30);
    const { orders, bars, terms } = input;
    const venue = venueTerms(terms);
    let account = openAccount('paper', rng.pick([300, 2000, 1e6]), 'USD');
    let sent = 0;
    for (const [bar, { isFilled, volume, ...prices }] of bars.entries()) {
      const before = account;
      for (; sent < orders.length && orders[sent]!.sentAt <= bar; sent += 1) {
        const order = orders[sent]!;
        account = submitOrder(account, requestOf(order, terms), venue.market, order.sentAt * HOUR).account;
      }
      if (rng.next() < 0.1) account = cancelOrder(account, `o${String(sent).padStart(3, '0')}`, bar * HOUR).account;
      const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map((p) => p * terms.tick);
      const candle = { time: bar * HOUR, open: open!, high: high!, low: low!, close: close!, volume };
      const step = onCandle(account, { candle, filled: isFilled, barMs: HOUR }, venue);
      account = step.account;
      yield { input, bar, before, after: account, fills: step.fills };
    }
  }
}

const limitOf = (order: VenueOrder): number | null =>
  (order.type === 'limit' || order.type === 'stop-limit') && order.price !== undefined ? order.price : null;
const CASES = 15;

describe('for random orders of every type', () => {
  it('nothing fills on a bar filled flat, and a fill is within its bar, its limit and its amount', () => {
    let seen = 0;
    for (const { input, bar, after, fills } of moments('bounds', CASES)) {
      const { isFilled, high, low } = input.bars[bar]!;
      if (isFilled) expect(fills).toEqual([]);
      for (const { clientOrderId, price, amount, side, cause } of fills) {
        const order = after.orders[clientOrderId]!;
        const limit = limitOf(order);
        if (limit !== null) expect(side === 'buy' ? price <= limit : price >= limit).toBe(true);
        if (order.type === 'limit') {
          // A limit is filled at a price that its bar has seen, or at itself where the open was beyond it.
          expect(price === limit || (price >= low * 0.5 && price <= high * 0.5)).toBe(true);
        }
        expect(amount).toBeGreaterThan(0);
        expect(Math.round(amount * 10) / 10).toBe(amount);
        expect(order.filledAmount).toBeLessThanOrEqual(order.amount);
        expect(cause === 'entry').toBe(order.purpose === 'entry');
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(200);
  });

  it('an order is what its fills say, and its fees are those of maker or taker', () => {
    const byOrder = new Map<string, VenueFill[]>();
    let last: Moment | null = null;
    let makers = 0;
    const check = ({ input, after }: Moment): void => {
      const { maker, taker } = input.terms;
      for (const order of Object.values(after.orders)) {
        const fills = byOrder.get(order.clientOrderId) ?? [];
        const sum = (of: (fill: VenueFill) => number): number => fills.reduce((total, fill) => total + of(fill), 0);
        expect(order.filledAmount).toBeCloseTo(
          sum(({ amount }) => amount),
          9,
        );
        expect(order.fees).toBeCloseTo(
          sum(({ fee }) => fee),
          6,
        );
        expect('averagePrice' in order).toBe(fills.length > 0);
        for (const { fee, amount, price } of fills) {
          const rate = fee / (amount * price);
          const isMaker = Math.abs(rate - maker) < 1e-9;
          expect(isMaker || Math.abs(rate - taker) < 1e-9 || after.cash === '0').toBe(true);
          if (isMaker) makers += 1;
          if (isMaker) expect(order.type === 'limit' || order.type === 'stop-limit').toBe(true);
        }
      }
      byOrder.clear();
    };
    for (const moment of moments('sums', CASES)) {
      if (last && moment.bar === 0) check(last);
      for (const fill of moment.fills)
        byOrder.set(fill.clientOrderId, [...(byOrder.get(fill.clientOrderId) ?? []), fill]);
      last = moment;
    }
    check(last!);
    expect(makers).toBeGreaterThan(60);
  });

  it('every change of state is one of the state machine', () => {
    const changes = new Set<string>();
    for (const { before, after } of moments('states', CASES)) {
      for (const order of Object.values(after.orders)) {
        const was = before.orders[order.clientOrderId]?.state ?? 'submitting';
        if (was === order.state) continue;
        // Several steps of one bar: open, then what became of it.
        const direct = canTransition(was, order.state, 'venue');
        expect(direct || canTransition('open', order.state, 'venue')).toBe(true);
        changes.add(order.state);
      }
      const ended = Object.entries(before.orders).filter(([, { state }]) => isTerminal(state));
      expect(ended.filter(([id, order]) => after.orders[id] !== order)).toEqual([]);
    }
    expect([...changes]).toEqual(
      expect.arrayContaining(['open', 'partially-filled', 'filled', 'cancelled', 'rejected', 'expired']),
    );
  });

  it('cash is never negative, value is conserved, and positions and legs follow from the fills', () => {
    let fills: VenueFill[] = [];
    let cash = 0;
    for (const { bar, before, after, ...step } of moments('value', CASES)) {
      if (bar === 0) [fills, cash] = [[], Number(before.cash)];
      if (step.fills.length === 0) continue;
      fills.push(...step.fills);
      const moved = fills.reduce((sum, f) => sum + (f.side === 'buy' ? -1 : 1) * f.amount * f.price - f.fee, 0);
      expect(Number(after.cash)).toBeGreaterThanOrEqual(0);
      expect(Number(after.cash)).toBeCloseTo(cash + moved + Number(after.writtenOff), 6);
      const open = foldFills(fills).filter(({ amount }) => amount !== 0);
      const held = Object.values(after.positions);
      expect(open.map(({ strategyHash, amount }) => [strategyHash, amount]).sort()).toEqual(
        held.map(({ strategyHash, amount }) => [strategyHash, amount]).sort(),
      );
      expect(JSON.parse(JSON.stringify(after))).toEqual(after);
      expect(after.touches ?? 0).toBe(fills.filter(({ touch }) => touch).length);
    }
  });

  it('the fills of a bar take at most their share of its volume, and the rests of exits', () => {
    let limited = 0;
    for (const { input, bar, fills } of moments('volume', CASES)) {
      const { participation, minAmount, step } = input.terms;
      const { volume } = input.bars[bar]!;
      if (participation === null || Number.isNaN(volume) || fills.some(({ cause }) => cause === 'liquidation'))
        continue;
      const taken = fills.reduce((sum, { amount }) => sum + amount, 0);
      // A rest below the minimum amount, or worth less than 30 at prices from 80 on.
      const rest = Math.max(minAmount * step, 30 / 80);
      expect(taken).toBeLessThanOrEqual(participation * volume + rest + 1e-9);
      if (participation * volume === 0) expect(fills).toEqual([]);
      limited += fills.length > 0 ? 1 : 0;
    }
    expect(limited).toBeGreaterThan(50);
  });
});
