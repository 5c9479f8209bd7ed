import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { barsToConverge, CONVERGED_DRIFT } from '../../../src/domain/indicators/convergence.ts';

const weight = fc.double({ min: 0.001, max: 0.99, noNaN: true });

describe('barsToConverge', () => {
  it.each([
    // 2^-13 is above 0.01 %, 2^-14 below.
    [[0.5], 1, 14],
    [[0.5], 30, 19],
    [[0.5, 0.5], 1, 17],
    [[1], 30, 0],
    [[1, 0.5], 1, 14],
    [[0.5, 1], 1, 14],
  ])('of weights %j and a first error of %d is %d', (weights, error, bars) => {
    expect(barsToConverge(weights, error)).toBe(bars);
  });

  it('is the first bar where the remaining error is below 0.01 %', () => {
    fc.assert(
      fc.property(weight, fc.constantFrom(1, 30), (w, error) => {
        const expected = Math.log(CONVERGED_DRIFT / error) / Math.log(1 - w);
        expect(Math.abs(barsToConverge([w], error) - expected)).toBeLessThanOrEqual(1.000001);
      }),
    );
  });

  it('takes longer for two stages than for the slower of them', () => {
    fc.assert(
      fc.property(weight, weight, (a, b) => {
        const [both, alone] = [barsToConverge([a, b], 1), barsToConverge([Math.min(a, b)], 1)];
        expect(both).toBeGreaterThanOrEqual(alone);
        expect(both).toBe(barsToConverge([a, b, 1], 1));
      }),
    );
  });
});

describe('every indicator', () => {
  const RECURSIVE = ['adx', 'atr', 'ema', 'keltner', 'macd', 'rsi'];
  const paramsOf = (name: string, period: number): Record<string, number> =>
    Object.fromEntries(INDICATORS[name]!.params.map(({ name: key, integer }) => [key, integer ? period : 2]));

  it('converges when defined if it depends on a window only, later if it is recursive', () => {
    const later = Object.keys(INDICATORS).filter((name) => {
      const definition = INDICATORS[name]!;
      return definition.converge(paramsOf(name, 14)) > definition.warmup(paramsOf(name, 14));
    });
    expect(later.sort()).toEqual(RECURSIVE);
  });

  it('never converges before it is defined, and never sooner with a longer period', () => {
    for (const { params: _, ...definition } of Object.values(INDICATORS)) {
      const name = Object.keys(INDICATORS).find((key) => INDICATORS[key]!.compute === definition.compute)!;
      let before = 0;
      for (const period of [2, 3, 5, 14, 50, 200, 2000]) {
        const bars = definition.converge(paramsOf(name, period));
        expect(bars).toBeGreaterThanOrEqual(definition.warmup(paramsOf(name, period)));
        expect(bars).toBeGreaterThan(before - 1);
        before = bars;
      }
    }
  });

  // Values named in docs/adr/0011.
  it.each([
    ['ema', { period: 20 }, 112],
    ['ema', { period: 300 }, 1681],
    ['atr', { period: 14 }, 185],
    ['rsi', { period: 14 }, 185],
    ['adx', { period: 14 }, 235],
    ['macd', { fast: 12, slow: 26, signal: 9 }, 202],
    ['keltner', { period: 200, atrPeriod: 14, multiple: 2 }, 1121],
    ['ema', { period: 1 }, 0],
    ['obv', { period: 20 }, 19],
    ['stochastic', { period: 14, signal: 3 }, 15],
  ])('%s %j has converged after %d bars', (name, params, bars) => {
    expect(INDICATORS[name]!.converge(params)).toBe(bars);
  });
});
