import { expect, it } from 'vitest';
import { stopLevel, targetLevel } from '../../src/domain/strategies/protection.ts';
import { decimalsOf } from '../../src/domain/market/rounding.ts';
import { reviewIntent } from '../../src/domain/risk/review.ts';
import { DEFAULT_MARKETS } from '../../src/domain/simulation/definitions.ts';
import { LIMITS } from '../fixtures/risk-limits.ts';
import { contextWith, entryWith } from '../unit/risk/fixtures.ts';

// Bug: wrong decimals per asset.

it.each(
  DEFAULT_MARKETS.map(({ market, startPrice }) => ({ market, price: startPrice * 1.012_345_678, name: market.symbol })),
)('$name is ordered in its own steps and priced in its own ticks', ({ market, price }) => {
  const intent = entryWith({ symbol: market.symbol, referencePrice: price });
  const verdict = reviewIntent(intent, contextWith({ market, price, lastPrice: price }), LIMITS);
  expect(verdict.decision).toBe('approve');
  expect(decimalsOf(verdict.amount)).toBeLessThanOrEqual(decimalsOf(market.stepSize));
  // The largest whole number of steps within the requested amount.
  // A share of equity includes the entry fee.
  const asked = (0.04 * 100_000) / (price * (1 + market.takerFeeRate));
  expect(asked - verdict.amount).toBeLessThan(market.stepSize * 1.000_001);
  expect(verdict.amount).toBeLessThanOrEqual(asked);
  for (const level of [
    stopLevel('long', price, price * 0.0333, market.tickSize),
    targetLevel('long', price, price * 0.0777, market.tickSize),
  ]) {
    expect(decimalsOf(level)).toBeLessThanOrEqual(decimalsOf(market.tickSize));
  }
});

it('markets do differ in both', () => {
  const distinct = (of: 'tickSize' | 'stepSize') => new Set(DEFAULT_MARKETS.map(({ market }) => market[of])).size;
  expect(distinct('tickSize')).toBeGreaterThan(2);
  expect(distinct('stepSize')).toBeGreaterThan(2);
});
