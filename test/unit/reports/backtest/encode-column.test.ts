import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsOf, encodeColumn } from '../../../../src/reports/backtest/encode-column.ts';
import { decodeColumn } from '../../../../web/report/column.js';

const roundTrip = (values: Float64Array, decimals: number): Float64Array =>
  decodeColumn(encodeColumn(values, decimals), values.length);

describe('a column', () => {
  it('of prices on a tick decodes exactly', () => {
    const cents = fc.array(fc.integer({ min: 1, max: 20_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(cents, (integers) => {
        const values = Float64Array.from(integers, (value) => value / 100);
        const decimals = decimalsOf([values]);
        expect(decimals).toBeLessThanOrEqual(2);
        expect(roundTrip(values, decimals)).toEqual(values);
      }),
    );
  });

  it('of any values decodes to eight digits of its largest value', () => {
    const anything = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(anything, (numbers) => {
        const values = Float64Array.from(numbers);
        const largest = Math.max(...values.map(Math.abs));
        roundTrip(values, decimalsOf([values])).forEach((value, i) => {
          expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(Math.max(0.5, largest * 1e-7));
        });
      }),
    );
  });

  it('keeps the digits of very small prices', () => {
    const values = Float64Array.of(0.00001234, 0.00001235);
    expect(decimalsOf([values])).toBe(8);
    expect(roundTrip(values, 8)).toEqual(values);
  });

  it('may be flat, zero or empty, and jump beyond 32 bits', () => {
    for (const values of [
      Float64Array.of(0, 0),
      new Float64Array(0),
      Float64Array.of(5, 5, 5),
      Float64Array.of(9e10, -9e10, 1),
    ]) {
      expect(roundTrip(values, decimalsOf([values]))).toEqual(values);
    }
  });

  it('of a flat curve takes one byte per value', () => {
    expect(encodeColumn(new Float64Array(3_000).fill(7), 0).data).toHaveLength(4_000);
  });
});
