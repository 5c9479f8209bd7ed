import fc from 'fast-check';
import { expect, it } from 'vitest';
import { affordableQuantity, committedShare } from '../../../src/domain/strategies/sizing.ts';
import { type Sizing, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { sizeEntry } from '../../../src/domain/risk/entry-size.ts';
import { atTradedSize } from '../../../src/domain/risk/traded-size.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { BTC, contextWith, entryWith } from './fixtures.ts';

const spec = (sizing: Sizing, stop = 0.03): StrategySpec => ({
  family: 'momentum',
  side: 'long',
  entry: { left: { field: 'close' }, op: '>', right: { value: 0 } },
  stop: { kind: 'percent', value: stop },
  sizing,
});
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

it('is the size that the risk manager gives the only position of an account', () => {
  fc.assert(
    fc.property(
      fc.record({ fraction: share, stop: fc.double({ min: 0.005, max: 0.15, noNaN: true }) }),
      fc.record({
        maxAssetExposure: share,
        maxTotalExposure: share,
        maxStrategyExposure: share,
        maxGroupExposure: share,
      }),
      fc.double({ min: 0.002, max: 0.1, noNaN: true }),
      ({ fraction, stop }, exposures, maxStopRisk) => {
        const limits = { ...LIMITS, ...exposures, maxStopRisk };
        const { sizing } = atTradedSize(spec({ kind: 'fraction', fraction }, stop), limits, BTC);
        const { equity, price } = contextWith();
        const intent = entryWith({ requestedFraction: fraction, bracket: { stop: { kind: 'percent', value: stop } } });
        const reviewed = sizeEntry(intent, contextWith(), limits).amount;
        const traded = affordableQuantity(equity * committedShare(sizing, price, () => 1), price, BTC);
        expect(Math.abs(traded - reviewed)).toBeLessThanOrEqual(2 * BTC.stepSize);
      },
    ),
  );
});

it('leaves what is within the limits as it is, and cuts the cap of a size by volatility', () => {
  const small = spec({ kind: 'fraction', fraction: 0.02 });
  expect(atTradedSize(small, LIMITS, BTC)).toEqual(small);
  const volatile = { kind: 'volatility', period: 14, risk: 0.01, cap: 0.8 } as const;
  const widest = LIMITS.maxAssetExposure * (1 + BTC.takerFeeRate);
  expect(atTradedSize(spec(volatile), LIMITS, BTC).sizing).toEqual({ ...volatile, cap: widest });
  const { stop: _, ...rest } = spec(volatile);
  const far = { ...rest, stop: { kind: 'atr', period: 14, multiple: 8 } } as const;
  expect(atTradedSize(far, LIMITS, BTC)).toEqual({ ...far, sizing: { ...volatile, cap: widest } });
});
