import { describe, expect, it } from 'vitest';
import { type Bracket } from '../../../src/domain/orders/order.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { reviewIntent } from '../../../src/domain/risk/review.ts';
import { type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { contextWith, entryWith, exitWith, held, HOUR, NOON } from './fixtures.ts';

const POSITION = [held({ strategyHash: 's1', symbol: 'BTC-USD', asset: 'BTC', amount: 0.5, value: 25_000 })];
const review = (intent: Intent, context: Partial<ReviewContext> = {}) =>
  reviewIntent(intent, contextWith(context), LIMITS);
const NOT_NUMBERS = [NaN, Infinity, -Infinity] as const;

/** Each is vetoed with this code, and the reason names the value that was asked. */
const vetoed = (intent: Intent, code: string, names: string, context: Partial<ReviewContext> = {}): void => {
  const { decision, amount, reasons } = review(intent, context);
  expect({ decision, amount }).toEqual({ decision: 'veto', amount: 0 });
  const found = reasons.find((reason) => reason.code === code);
  expect(found?.text).toContain(names);
};

describe('an entry with figures that no strategy can mean is vetoed', () => {
  it.each([0, -0.01, 1.01, 1e308, ...NOT_NUMBERS])('a fraction of %d', (requestedFraction) => {
    vetoed(entryWith({ requestedFraction }), 'unsound-figures', String(requestedFraction));
  });

  it.each([0, -1, ...NOT_NUMBERS])('a price of %d', (referencePrice) => {
    vetoed(entryWith({ referencePrice }), 'unsound-figures', String(referencePrice));
  });

  it.each([
    [50_000 * 0.5, '100.00 %'],
    [50_000 * 100, '99.00 %'],
    [1e-9, '1.00 %'],
  ])('a price of %d, far from the last one', (referencePrice, names) => {
    vetoed(entryWith({ referencePrice }), 'price-moved', names);
  });

  it.each([-0.1, ...NOT_NUMBERS])('a volatility of %d', (volatility) => {
    vetoed(entryWith({ volatility }), 'unsound-figures', String(volatility));
  });

  it.each([0, -0.01, ...NOT_NUMBERS])('a stop, target or trailing distance of %d', (value) => {
    const stop = { kind: 'percent', value: 0.03 } as const;
    const wrong = { kind: 'percent', value } as const;
    const brackets: readonly Bracket[] = [{ stop: wrong }, { stop, target: wrong }, { stop, trailing: wrong }];
    for (const bracket of brackets) expect(review(entryWith({ bracket })).decision).toBe('veto');
    vetoed(entryWith({ bracket: { stop, target: wrong } }), 'unsound-figures', String(value));
  });

  it.each([0, -1, 1.5, ...NOT_NUMBERS])('a holding time of %d bars', (maxHoldBars) => {
    const bracket = { stop: { kind: 'percent', value: 0.03 }, maxHoldBars } as const;
    vetoed(entryWith({ bracket }), 'unsound-figures', String(maxHoldBars));
  });
});

describe('a decision of the future is vetoed, whatever it asks for', () => {
  // The venue fills no earlier than the time of the decision: the order would rest for as long.
  it.each([NOON + 1, NOON + 90 * 24 * HOUR, Infinity, NaN])('at %d', (asOf) => {
    vetoed(entryWith({ asOf }), 'future-decision', '2025-01-08 12:00 UTC');
    vetoed(exitWith({ asOf }), 'future-decision', '2025-01-08 12:00 UTC', { positions: POSITION });
  });
});

describe('a closing order', () => {
  it.each([-1, ...NOT_NUMBERS])('of %d is vetoed', (closeAmount) => {
    vetoed(exitWith({ closeAmount }), 'unsound-figures', String(closeAmount), { positions: POSITION });
  });

  it('of more than is held closes what is held', () => {
    expect(review(exitWith({ closeAmount: 1e300 }), { positions: POSITION })).toMatchObject({
      decision: 'reduce',
      amount: 0.5,
    });
  });

  it('of nothing, or of what another strategy holds, is vetoed', () => {
    vetoed(exitWith({ closeAmount: 0 }), 'nothing-to-close', '0 BTC');
    vetoed(exitWith({ strategyHash: 'other' }), 'nothing-to-close', '0.5 BTC', { positions: POSITION });
  });
});
