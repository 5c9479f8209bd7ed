import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { seriesOf } from '../market/series-fixture.ts';
import { barsToSettle, SETTLED_DRIFT } from '../../../src/domain/indicators/convergence.ts';

const weight = fc.double({ min: 0.001, max: 0.99, noNaN: true });

describe('barsToSettle', () => {
  it.each([
    // 2^-29 is above 1e-9, 2^-30 below.
    [[0.5], 1, 30],
    [[0.5], 30, 35],
    [[0.5, 0.5], 1, 35],
    [[1], 30, 0],
    [[1, 0.5], 1, 30],
    [[0.5, 1], 1, 30],
  ])('of weights %j and a first error of %d is %d', (weights, error, bars) => {
    expect(barsToSettle(weights, error)).toBe(bars);
  });

  it('is the first bar where the remaining error is below 1e-9', () => {
    fc.assert(
      fc.property(weight, fc.constantFrom(1, 30), (w, error) => {
        const expected = Math.log(SETTLED_DRIFT / error) / Math.log(1 - w);
        expect(Math.abs(barsToSettle([w], error) - expected)).toBeLessThanOrEqual(1.000001);
      }),
    );
  });

  it('takes longer for two stages than for the slower of them', () => {
    fc.assert(
      fc.property(weight, weight, (a, b) => {
        const [both, alone] = [barsToSettle([a, b], 1), barsToSettle([Math.min(a, b)], 1)];
        expect(both).toBeGreaterThanOrEqual(alone);
        expect(both).toBe(barsToSettle([a, b, 1], 1));
      }),
    );
  });
});

describe('every indicator', () => {
  const RECURSIVE = ['adx', 'atr', 'ema', 'keltner', 'macd', 'rsi'];
  const paramsOf = (name: string, period: number): Record<string, number> =>
    Object.fromEntries(INDICATORS[name]!.params.map(({ name: key, integer }) => [key, integer ? period : 2]));

  it('is defined when its window is whole, or later if it is recursive', () => {
    const later = Object.keys(INDICATORS).filter((name) => {
      const definition = INDICATORS[name]!;
      return definition.warmup(paramsOf(name, 14)) > definition.unsettled.warmup(paramsOf(name, 14));
    });
    expect(later.sort()).toEqual(RECURSIVE);
  });

  it('never settles before its first value, and never sooner with a longer period', () => {
    for (const [name, definition] of Object.entries(INDICATORS)) {
      let before = 0;
      for (const period of [2, 3, 5, 14, 50, 200, 2000]) {
        const bars = definition.warmup(paramsOf(name, period));
        expect(bars).toBeGreaterThanOrEqual(definition.unsettled.warmup(paramsOf(name, period)));
        expect(bars).toBeGreaterThanOrEqual(before);
        before = bars;
      }
    }
  });

  it('is undefined until enough real bars have settled it: bars filled flat do not count', () => {
    const rsi = INDICATORS['rsi']!;
    const params = { period: 5 };
    const gaps = seriesOf(Array.from({ length: 400 }, (_, i) => (i % 3 === 1 ? null : [1, 2 + (i % 5), 1, 2])));
    const column = rsi.compute(gaps, params)['value']!;
    const first = column.findIndex((value) => !Number.isNaN(value));
    expect(gaps.filled.subarray(0, first).filter((flag) => flag === 0).length).toBe(rsi.warmup(params));
  });

  // Values named in docs/adr/0011.
  it.each([
    ['ema', { period: 20 }, 227],
    ['ema', { period: 300 }, 3408],
    ['atr', { period: 14 }, 340],
    ['rsi', { period: 14 }, 340],
    ['adx', { period: 14 }, 398],
    ['macd', { fast: 12, slow: 26, signal: 9 }, 352],
    ['keltner', { period: 200, atrPeriod: 14, multiple: 2 }, 2272],
    ['adx', { period: 2000 }, 58932],
    ['ema', { period: 1 }, 0],
    ['obv', { period: 20 }, 19],
    ['stochastic', { period: 14, signal: 3 }, 15],
  ])('%s %j is defined after %d bars', (name, params, bars) => {
    expect(INDICATORS[name]!.warmup(params)).toBe(bars);
  });
});
