import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScale, decimalsFor, logTicks, roundTicks } from '../../../web/report/scale.js';
import { percentTexts } from '../../../web/report/panel.js';

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('ticks', () => {
  it('are round numbers', () => {
    expect(roundTicks(81_234, 125_678, 5)).toEqual([90_000, 100_000, 110_000, 120_000]);
    expect(roundTicks(-0.0123, 0.004, 4)).toEqual([-0.01, -0.005, 0]);
    expect(logTicks(80, 20_000, 9)).toEqual([100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]);
    expect(logTicks(80, 20_000, 3)).toEqual([100, 1_000, 10_000]);
    expect(logTicks(90, 130, 4)).toEqual(roundTicks(90, 130, 4));
  });

  it('lie within the range, in order, at least two, and few enough', () => {
    fc.assert(
      fc.property(value, value, fc.integer({ min: 1, max: 12 }), (a, b, most) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high - low > Math.max(1e-6, Math.abs(high) * 1e-9));
        const ticks = roundTicks(low, high, most);
        const slack = (high - low) * 1e-6;
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(Math.max(6, most + 1));
        for (const [i, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low - slack);
          expect(tick).toBeLessThanOrEqual(high + slack);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
        }
      }),
    );
  });

  it('are empty for an empty range', () => {
    expect(roundTicks(5, 5, 4)).toEqual([]);
    expect(roundTicks(NaN, NaN, 4)).toEqual([]);
  });

  it('have distinct labels', () => {
    expect(decimalsFor([100, 100.5, 101], 2)).toBe(1);
    expect(decimalsFor([90_000, 100_000], 2)).toBe(0);
    expect(decimalsFor([0.00001, 0.00002], 4)).toBe(4);
    expect(percentTexts([-0.5, 0])).toEqual(['-50 %', '0 %']);
    expect(percentTexts([-0.002, -0.001, 0])).toEqual(['-0.2 %', '-0.1 %', '0.0 %']);
  });
});

describe('a scale', () => {
  it.each([false, true])(
    'maps low to the bottom and high to the top, and inverts the mapping (logarithmic: %s)',
    (isLog) => {
      const scale = createScale({ low: 10, high: 1_000, top: 20, bottom: 220, isLog });
      expect(scale.y(10)).toBeCloseTo(220, 9);
      expect(scale.y(1_000)).toBeCloseTo(20, 9);
      for (const some of [10, 55, 333, 1_000]) expect(scale.valueAt(scale.y(some))).toBeCloseTo(some, 9);
    },
  );
  it('maps the geometric mean to the middle when logarithmic', () => {
    expect(createScale({ low: 1, high: 100, top: 0, bottom: 100, isLog: true }).y(10)).toBeCloseTo(50, 9);
  });
  it('is linear when the range includes zero', () => {
    expect(createScale({ low: 0, high: 100, top: 0, bottom: 100, isLog: true }).y(50)).toBeCloseTo(50, 9);
  });
  it('centres a flat line', () => {
    for (const flat of [0, 7, -3]) {
      const scale = createScale({ low: flat, high: flat, top: 0, bottom: 100 });
      expect(scale.y(flat)).toBeCloseTo(50, 9);
      expect(scale.ticks.length).toBeGreaterThan(0);
    }
  });
});
