import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsOf, histogram } from '../../../../src/reports/backtest/histogram.ts';

const returns = fc.array(fc.double({ min: -0.99, max: 5, noNaN: true }), { minLength: 1, maxLength: 500 });

describe('bins', () => {
  it('hold every value once, are all of one width, and none spans zero', () => {
    fc.assert(
      fc.property(returns, (values) => {
        const bins = binsOf(values);
        expect(bins.reduce((total, bin) => total + bin.values, 0)).toBe(values.length);
        expect(bins.length).toBeLessThanOrEqual(62);
        const width = bins[0]!.to - bins[0]!.from;
        for (const { from, to } of bins) {
          expect(to - from).toBeCloseTo(width, 9);
          expect(from < -1e-9 && to > 1e-9).toBe(false);
        }
      }),
    );
  });

  it('match a hand-counted example', () => {
    const bins = binsOf([-0.02, -0.011, 0.001, 0.002, 0.029]);
    expect(bins.map(({ values }) => values)).toEqual([2, 0, 2, 0, 1]);
    expect(bins[0]!.from).toBeCloseTo(-0.02, 12);
  });

  it('put outliers into the open end bins, so that one does not flatten the rest', () => {
    const values = [...Array.from({ length: 300 }, (_, i) => (i - 150) / 10_000), 40, -0.9];
    const bins = binsOf(values);
    expect(bins.at(-1)).toMatchObject({ open: 'above' });
    expect(bins[0]).toMatchObject({ open: 'below' });
    expect(bins.at(-1)!.to).toBeLessThan(0.03);
  });

  it('are one for equal values, none without values', () => {
    expect(binsOf([0.1, 0.1]).map(({ values }) => values)).toEqual([2]);
    expect(binsOf([0]).map(({ values }) => values)).toEqual([1]);
    expect(binsOf([])).toEqual([]);
  });
});

describe('histogram', () => {
  it('has a bar for each bin with its range and count in words', () => {
    const { markup } = histogram([-0.02, 0.01, 0.011], 0.0003);
    expect(markup).toContain('role="img"');
    expect(markup.match(/<rect/g)).toHaveLength(binsOf([-0.02, 0.01, 0.011]).length);
    expect(markup).toMatch(/<title>\+1\.00 % to \+2\.00 %: 2<\/title>/);
  });
  it('prints a note when there is no trade', () => {
    expect(histogram([], null).markup).toContain('No trade');
  });
});
