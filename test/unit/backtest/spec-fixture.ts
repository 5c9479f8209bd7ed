import fc from 'fast-check';
import { type FillModel } from '../../../src/domain/backtest/result.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { buildSpec, randomParameters } from '../../../src/domain/strategies/families/families.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';

export const market: Market = {
  symbol: 'TEST',
  base: 'T',
  quote: 'USD',
  kind: 'perpetual',
  tickSize: 0.01,
  stepSize: 1e-8,
  minAmount: 1e-8,
  minNotional: 1,
  takerFeeRate: 0.012,
  makerFeeRate: 0.006,
};

export const realistic: FillModel = {
  market,
  slippageRate: 0.0005,
  stopRangeShare: 0.02,
  priceImprovement: false,
  initialCash: 10_000,
};

/** No fees, no slippage, negligible ticks: results can be computed by hand. */
export const free: FillModel = {
  ...realistic,
  market: { ...market, tickSize: 1e-6, takerFeeRate: 0, makerFeeRate: 0 },
  slippageRate: 0,
};

/** Enters when a bar closes at exactly this price, so that the candles show where the signals are. */
export const SIGNAL = 100.5;
export const onSignal: StrategySpec = {
  family: 'momentum',
  side: 'long',
  entry: {
    all: [
      { left: { field: 'close' }, op: '>=', right: { value: SIGNAL } },
      { left: { field: 'close' }, op: '<=', right: { value: SIGNAL } },
    ],
  },
  stop: { kind: 'percent', value: 0.02 },
  target: { kind: 'percent', value: 0.03 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};

/** Arbitrary spec of the families. */
export const anySpec: fc.Arbitrary<StrategySpec> = fc
  .record({ family: fc.constantFrom(...FAMILIES), seed: fc.nat() })
  .map(({ family, seed }) => buildSpec(family, randomParameters(family, createRng(seed))));

/** A spec with short periods that trades often on 150 bars, with every kind of exit. */
export const busySpec: fc.Arbitrary<StrategySpec> = fc
  .record({
    side: fc.constantFrom('long' as const, 'short' as const),
    period: fc.integer({ min: 2, max: 8 }),
    stop: fc.constantFrom(0.002, 0.01, 0.04),
    target: fc.constantFrom(0, 0.005, 0.02),
    trailing: fc.constantFrom(0, 0.5, 2),
    maxHoldBars: fc.constantFrom(0, 1, 5),
    hasExit: fc.boolean(),
    isVolatility: fc.boolean(),
  })
  .map(({ side, period, stop, target, trailing, maxHoldBars, hasExit, isVolatility }): StrategySpec => {
    const average = { indicator: 'sma', params: { period } };
    return {
      family: 'momentum',
      side,
      entry: { left: { field: 'close' }, op: 'crosses-above', right: average },
      ...(hasExit && { exit: { left: { field: 'close' }, op: '<', right: average } }),
      stop: { kind: 'percent', value: stop },
      ...(target > 0 && { target: { kind: 'percent', value: target } }),
      ...(trailing > 0 && { trailing: { kind: 'atr', period: 3, multiple: trailing } }),
      ...(maxHoldBars > 0 && { maxHoldBars }),
      sizing: isVolatility ? { kind: 'volatility', period: 3, risk: 0.01, cap: 1 } : { kind: 'fraction', fraction: 1 },
    };
  });
