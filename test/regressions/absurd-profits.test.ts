import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reviewIntent } from '../../src/domain/risk/review.ts';
import { validateSpec } from '../../src/domain/strategies/validate-spec.ts';
import { IMPLEMENTATIONS } from '../fixtures/engine/implementations.ts';
import { busySpec, free, onSignal, realistic } from '../unit/backtest/spec-fixture.ts';
import { anySeries } from '../unit/market/series-fixture.ts';
import { LIMITS } from '../fixtures/risk-limits.ts';
import { contextWith, entryWith } from '../unit/risk/fixtures.ts';

// Bug: absurd profits from unbounded sizes.

it.each(IMPLEMENTATIONS)(
  '$name: no trade is larger than the account or gains more than the price moved',
  ({ simulate }) => {
    fc.assert(
      fc.property(anySeries(150), busySpec, fc.constantFrom(free, realistic), (series, spec, model) => {
        let cash = model.initialCash;
        for (const { quantity, entryPrice, exitPrice, pnl } of simulate(series, spec, model).trades) {
          const notional = quantity * entryPrice;
          expect(notional).toBeLessThanOrEqual(cash * (1 + 1e-9));
          const move = (exitPrice / entryPrice - 1) * (spec.side === 'long' ? 1 : -1);
          expect(pnl).toBeLessThanOrEqual(notional * move + 1e-6 * cash);
          cash += pnl;
          expect(cash).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  },
);

it.each([0, -0.5, 1.01, 100, Infinity, NaN])('a spec may not commit a share of %d', (fraction) => {
  expect(() => validateSpec({ ...onSignal, sizing: { kind: 'fraction', fraction } })).toThrow(/fraction/);
});

it.each([0.05, 0.5, 1])('a request for %d of the account is cut to the limit', (requestedFraction) => {
  const { amount } = reviewIntent(entryWith({ requestedFraction }), contextWith(), LIMITS);
  expect(amount * 50_000).toBeLessThanOrEqual(0.05 * 100_000);
});

it.each([1.5, 1e9, Infinity, NaN, -1])('a request for %d of the account is vetoed', (requestedFraction) => {
  expect(reviewIntent(entryWith({ requestedFraction }), contextWith(), LIMITS)).toMatchObject({
    decision: 'veto',
    amount: 0,
  });
});
