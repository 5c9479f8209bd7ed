import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { correlation } from '../../../src/domain/statistics/correlation.ts';
import { deflatedSharpe, expectedMaximumSharpe } from '../../../src/domain/statistics/deflated-sharpe.ts';
import { shape, variance } from '../../../src/domain/statistics/moments.ts';
import { inverseNormalCdf, normalCdf } from '../../../src/domain/statistics/normal-distribution.ts';
import { probabilisticSharpe, probabilityAbove } from '../../../src/domain/statistics/probabilistic-sharpe.ts';
import { AppError } from '../../../src/domain/errors.ts';

describe('normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.841_344_746_068_542_9],
    [-1, 0.158_655_253_931_457_05],
    [1.959_963_984_540_054, 0.975],
    [-3, 1.349_898_031_630_094_5e-3],
    [-5, 2.866_515_718_791_939e-7],
    [-8, 6.220_960_574_271_785e-16],
    [-40, 0],
  ])('P(X < %f) = %f', (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-14);
    if (p > 0) expect(normalCdf(x) / p).toBeCloseTo(1, 7);
  });

  it('agrees with numerical integration of the density', () => {
    const simpson = (x: number): number => {
      const [n, h] = [2000, x / 2000];
      let sum = 0;
      for (let i = 0; i <= n; i += 1)
        sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-((i * h) ** 2) / 2);
      return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
    };
    for (let x = 0.05; x < 6; x += 0.37) expect(Math.abs(normalCdf(x) - simpson(x))).toBeLessThan(1e-12);
  });

  it('has a matching inverse', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
        expect(normalCdf(inverseNormalCdf(p))).toBeCloseTo(p, 12);
      }),
    );
    expect(inverseNormalCdf(0.975)).toBeCloseTo(1.959_963_984_540_054, 11);
    expect(inverseNormalCdf(0.5)).toBeCloseTo(0, 14);
    expect([inverseNormalCdf(0), inverseNormalCdf(1)]).toEqual([-Infinity, Infinity]);
    expect(() => inverseNormalCdf(1.1)).toThrow(AppError);
  });
});

describe('the worked example of Bailey and Lopez de Prado (2014)', () => {
  const threshold = expectedMaximumSharpe(100, 0.5 / 250);
  it('expects 0.1132 per day from the best of 100 trials without skill', () => {
    expect(threshold).toBeCloseTo(0.1132, 4);
  });
  it('deflates an annualised Sharpe ratio of 2.5 over 1250 days to 0.9004', () => {
    const sample = { sharpe: 2.5 / Math.sqrt(250), periods: 1250, skewness: -3, kurtosis: 10 };
    expect(probabilityAbove(sample, threshold)).toBeCloseTo(0.9004, 4);
  });
});

describe('Sharpe statistics of samples', () => {
  const rng = createRng('returns');
  const returns = Array.from({ length: 500 }, () => 0.001 + 0.01 * rng.normal());

  it('give 0.5 at the estimate itself, and less for a higher threshold', () => {
    const estimate = returns.reduce((a, b) => a + b) / 500 / Math.sqrt(variance(returns));
    expect(probabilisticSharpe(returns, estimate)).toBeCloseTo(0.5, 12);
    expect(probabilisticSharpe(returns, 0)!).toBeGreaterThan(0.9);
    expect(probabilisticSharpe(returns, 0.2)!).toBeLessThan(0.1);
  });

  it('deflate more with more trials, and not at all for one', () => {
    const trials = (n: number): number[] => Array.from({ length: n }, (_, i) => 0.05 * Math.sin(i));
    expect(deflatedSharpe(returns, [0.1])).toBe(probabilisticSharpe(returns, 0));
    expect(deflatedSharpe(returns, trials(1000))!).toBeLessThan(deflatedSharpe(returns, trials(10))!);
  });

  it('are null for returns that do not vary', () => {
    expect(probabilisticSharpe([0, 0, 0], 0)).toBeNull();
    expect(probabilisticSharpe([0.1], 0)).toBeNull();
    expect(deflatedSharpe([], [0.1, 0.2])).toBeNull();
  });

  it('give skewness 0 and kurtosis 3 for a normal sample, and the hand-computed values for another', () => {
    const normal = shape(Array.from({ length: 50_000 }, () => rng.normal()));
    expect(normal.skewness).toBeCloseTo(0, 1);
    expect(normal.kurtosis).toBeCloseTo(3, 0.9);
    // 0, 0, 0, 4: mean 1, population variance 3; third moment (-1 * 3 + 27) / 4 = 6, fourth (3 + 81) / 4 = 21.
    expect(shape([0, 0, 0, 4]).skewness).toBeCloseTo(6 / 3 ** 1.5, 12);
    expect(shape([0, 0, 0, 4]).kurtosis).toBeCloseTo(21 / 9, 12);
  });

  it('refuse an invalid number of trials', () => {
    expect(() => expectedMaximumSharpe(0, 1)).toThrow(AppError);
    expect(() => expectedMaximumSharpe(2, -1)).toThrow(AppError);
  });
});

describe('correlation', () => {
  it('is 1 with itself, -1 with its opposite, symmetric and within [-1, 1]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), { minLength: 2 }),
        (pairs) => {
          const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
          const value = correlation(a, b);
          expect(correlation(b, a)).toBe(value);
          if (value !== null) expect(Math.abs(value)).toBeLessThanOrEqual(1);
          if (new Set(a).size > 1) {
            expect(correlation(a, a)).toBeCloseTo(1, 12);
            expect(
              correlation(
                a,
                a.map((x) => -x),
              ),
            ).toBeCloseTo(-1, 12);
          }
        },
      ),
    );
  });
  it('gives the hand-computed value', () => {
    expect(correlation([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
  });
  it('is null when undefined and refuses samples of different lengths', () => {
    expect([correlation([], []), correlation([1], [2]), correlation([1, 1], [1, 2])]).toEqual([null, null, null]);
    expect(() => correlation([1, 2], [1])).toThrow(AppError);
  });
});
