import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientOrderId } from '../../../src/domain/orders/client-order-id.ts';
import {
  type Order,
  ORDER_PURPOSES,
  ORDER_STATES,
  type OrderIdentity,
  type OrderState,
} from '../../../src/domain/orders/order.ts';
import {
  canTransition,
  IllegalTransitionError,
  isTerminal,
  transition,
} from '../../../src/domain/orders/state-machine.ts';

const identity: OrderIdentity = {
  strategyHash: 'a1b2',
  symbol: 'BTC-USD',
  timeframe: '1h',
  candleTime: 1_735_689_600_000,
  side: 'buy',
  purpose: 'entry',
};
const orderIn = (state: OrderState, patch: Partial<Order> = {}): Order => ({
  ...identity,
  account: 'paper',
  clientOrderId: clientOrderId(identity),
  type: 'market',
  amount: 2,
  state,
  filledAmount: 0,
  fees: 0,
  createdAt: 1000,
  updatedAt: 1000,
  ...patch,
});

describe('client order id', () => {
  it('depends only on the identity, not on other fields or the order of keys', () => {
    const reversed = Object.fromEntries(Object.entries(orderIn('open')).reverse()) as unknown as Order;
    expect(clientOrderId(reversed)).toBe(clientOrderId(identity));
    expect(clientOrderId(identity)).toBe('bc-bb46b792870244b04f8bcf29e34faa');
  });

  it('changes with every part of the identity, and fits every venue', () => {
    const others: OrderIdentity[] = [
      { ...identity, strategyHash: 'a1b3' },
      { ...identity, symbol: 'ETH-USD' },
      { ...identity, timeframe: '5m' },
      { ...identity, candleTime: identity.candleTime + 1 },
      { ...identity, side: 'sell' },
      ...ORDER_PURPOSES.filter((purpose) => purpose !== 'entry').map((purpose) => ({ ...identity, purpose })),
    ];
    const ids = [identity, ...others].map(clientOrderId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,36}$/);
  });
});

describe('the order state machine', () => {
  const legal: Readonly<Record<OrderState, string>> = {
    intended: 'approved cancelled rejected expired',
    approved: 'submitting cancelled rejected expired',
    submitting: 'open partially-filled filled cancelled rejected expired unknown',
    open: 'partially-filled filled cancelled rejected expired unknown',
    'partially-filled': 'partially-filled filled cancelled expired unknown',
    filled: '',
    cancelled: '',
    rejected: '',
    expired: '',
    unknown: 'submitting open partially-filled filled cancelled rejected expired',
  };
  const pairs = ORDER_STATES.flatMap((from) => ORDER_STATES.map((to) => [from, to] as const));

  it.each(pairs)('%s -> %s', (from, to) => {
    const allowed = legal[from].split(' ').includes(to);
    expect(canTransition(from, to, 'venue')).toBe(allowed);
    expect(canTransition(from, to)).toBe(allowed && from !== 'unknown');
    const step = () => transition(orderIn(from), to, { filledAmount: to === 'filled' ? 2 : 1 }, 2000, 'venue');
    if (allowed) expect(step()).toMatchObject({ state: to, updatedAt: 2000 });
    else expect(step).toThrow(IllegalTransitionError);
  });

  it('ends in filled, cancelled, rejected or expired, and every state can reach an end', () => {
    const ends = ORDER_STATES.filter(isTerminal);
    expect([...ends].sort()).toEqual(['cancelled', 'expired', 'filled', 'rejected']);
    for (const state of ORDER_STATES) {
      expect(isTerminal(state) || ends.some((end) => canTransition(state, end, 'venue'))).toBe(true);
    }
  });

  it('leaves unknown only on a report of the venue', () => {
    expect(() => transition(orderIn('unknown'), 'open', {}, 2000)).toThrow('only a report of the venue allows it');
    expect(transition(orderIn('unknown'), 'open', {}, 2000, 'venue').state).toBe('open');
  });

  it('never reduces a fill, exceeds the amount or fills nothing', () => {
    const half = orderIn('partially-filled', { filledAmount: 1 });
    expect(() => transition(half, 'filled', { filledAmount: 0.5 }, 2000)).toThrow('would fall from 1 to 0.5');
    expect(() => transition(half, 'filled', { filledAmount: 2.5 }, 2000)).toThrow('more than the 2 ordered');
    expect(() => transition(orderIn('open'), 'filled', {}, 2000)).toThrow('nothing was filled');
  });

  it('does not change the order before a transition, and time never decreases', () => {
    const before = Object.freeze(orderIn('open', { updatedAt: 5000 }));
    expect(transition(before, 'cancelled', { reason: 'asked' }, 2000)).toMatchObject({
      updatedAt: 5000,
      reason: 'asked',
    });
    expect(before.state).toBe('open');
  });

  it('keeps an ended order ended, after any sequence of legal transitions', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ORDER_STATES), { maxLength: 20 }), (targets) => {
        let order = orderIn('intended');
        for (const to of targets) {
          const wasTerminal = isTerminal(order.state);
          try {
            const filledAmount = to === 'filled' ? 2 : to === 'partially-filled' ? 1 : order.filledAmount;
            order = transition(order, to, { filledAmount }, 2000, 'venue');
            expect(wasTerminal).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(IllegalTransitionError);
          }
        }
      }),
    );
  });
});
