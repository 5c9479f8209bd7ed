import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moved, rangeAround, rangeWith, withinChart, zoomed } from '../../../web/report/range.js';

const POINTS = 1_000;
const place = fc.double({ min: -2_000, max: 3_000, noNaN: true });
const expectWithin = ({ from, to }: { from: number; to: number }, points = POINTS): void => {
  expect(from).toBeGreaterThanOrEqual(0);
  expect(to).toBeLessThanOrEqual(points + 1e-9);
  expect(to - from).toBeGreaterThanOrEqual(Math.min(points, 10) - 1e-9);
};

describe('the visible range of a chart', () => {
  it('stays within the chart after any operation', () => {
    fc.assert(
      fc.property(place, place, place, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, by, factor) => {
        const range = withinChart({ from: Math.min(a, b), to: Math.max(a, b) }, POINTS);
        expectWithin(range);
        expectWithin(moved(range, by, POINTS));
        expectWithin(zoomed(range, by, factor, POINTS));
        expectWithin(rangeAround(Math.floor(a), Math.floor(b), POINTS));
      }),
    );
  });

  it('is the whole of a short chart', () => {
    expect(withinChart({ from: 2, to: 4 }, 6)).toEqual({ from: 0, to: 6 });
  });

  it('keeps the point under the pointer in place while zooming', () => {
    const { from, to } = zoomed({ from: 200, to: 600 }, 300, 0.5, POINTS);
    expect({ from, to }).toEqual({ from: 250, to: 450 });
    expect((300 - from) / (to - from)).toBeCloseTo((300 - 200) / 400, 12);
  });

  it('keeps its length when moved, and stops at the ends', () => {
    expect(moved({ from: 0, to: 100 }, 50, POINTS)).toEqual({ from: 50, to: 150 });
    expect(moved({ from: 0, to: 100 }, -50, POINTS)).toEqual({ from: 0, to: 100 });
    expect(moved({ from: 850, to: 950 }, 500, POINTS)).toEqual({ from: 900, to: 1_000 });
  });

  it('moves only as far as needed to include a point', () => {
    const range = { from: 100, to: 200 };
    expect(rangeWith(range, 150, POINTS)).toEqual(range);
    expect(rangeWith(range, 90, POINTS)).toEqual({ from: 90, to: 190 });
    expect(rangeWith(range, 200, POINTS)).toEqual({ from: 101, to: 201 });
  });

  it('shows a trade in its middle third', () => {
    expect(rangeAround(400, 499, POINTS)).toEqual({ from: 300, to: 600 });
  });
});
