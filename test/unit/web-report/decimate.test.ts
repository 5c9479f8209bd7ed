import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate, extremes } from '../../../web/report/decimate.js';

const columnsOf = (values: readonly number[]) => {
  const last = Float64Array.from(values);
  return { low: last.map((value) => value - 1), high: last.map((value) => value + 1), last };
};
const wave = Array.from({ length: 1_000 }, (_, i) => 100 + 10 * Math.sin(i / 9));

describe('decimation', () => {
  it('keeps points that have a pixel each, and one beyond each end', () => {
    const groups = decimate(columnsOf(wave), 100, 110, 500);
    expect(groups.map(({ at }) => at)).toEqual([99.5, ...Array.from({ length: 10 }, (_, i) => 100.5 + i), 110.5]);
    expect(groups[1]).toEqual({ at: 100.5, low: wave[100]! - 1, high: wave[100]! + 1, last: wave[100] });
  });

  it('keeps all extremes and the last point, and gives about one point per pixel', () => {
    const values = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 3_000 });
    fc.assert(
      fc.property(values, fc.integer({ min: 5, max: 400 }), (numbers, pixels) => {
        const columns = columnsOf(numbers);
        const groups = decimate(columns, 0, numbers.length, pixels);
        expect(groups.length).toBeLessThanOrEqual(2 * pixels + 2);
        const { low, high } = extremes(columns.low, columns.high, 0, numbers.length);
        expect(Math.min(...groups.map((group) => group.low))).toBe(low);
        expect(Math.max(...groups.map((group) => group.high))).toBe(high);
        expect(groups.at(-1)!.last).toBe(numbers.at(-1));
      }),
    );
  });

  it('groups the same points after the chart was moved', () => {
    const columns = columnsOf(wave);
    const middle = (from: number) => decimate(columns, from, from + 500, 50).filter(({ at }) => at > 300 && at < 450);
    expect(middle(200)).toEqual(middle(203.7));
  });
});

describe('extremes', () => {
  it('are those of the visible points, including partly visible ones', () => {
    const { low, high } = columnsOf([1, 5, 2, 9]);
    expect(extremes(low, high, 0.5, 2.1)).toEqual({ low: 0, high: 6 });
    expect(extremes(low, high, -5, 50)).toEqual({ low: 0, high: 10 });
  });
});
