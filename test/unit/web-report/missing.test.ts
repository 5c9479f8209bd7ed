import { expect, it } from 'vitest';
import { missingShares } from '../../../web/report/missing.js';

const sharesOf = (...given: Parameters<typeof missingShares>): readonly (readonly number[])[] =>
  [...missingShares(...given)].map(([column, share]) => [column, Number(share.toFixed(6))]);

it('gives for each pixel column the share of missing bars', () => {
  // Ten points per pixel: one point, then one and a half columns, then half a column at the right end.
  expect(
    sharesOf(
      [
        [3, 1],
        [20, 15],
        [95, 20],
      ],
      { from: 0, to: 100 },
      10,
    ),
  ).toEqual([
    [0, 0.1],
    [2, 1],
    [3, 0.5],
    [9, 0.5],
  ]);
  expect(
    sharesOf(
      [
        [1, 1],
        [4, 2],
      ],
      { from: 0, to: 100 },
      10,
    ),
  ).toEqual([[0, 0.3]]);
});

it('fills every pixel of a missing bar when zoomed in, and none outside the visible range', () => {
  expect(
    sharesOf(
      [
        [0, 3],
        [11, 1],
        [30, 5],
      ],
      { from: 10, to: 20 },
      40,
    ),
  ).toEqual([4, 5, 6, 7].map((column) => [column, 1]));
  expect(sharesOf([], { from: 0, to: 10 }, 10)).toEqual([]);
  for (const pixels of [1, 0, -70]) expect(sharesOf([[0, 30]], { from: 0, to: 20 }, pixels).length).toBeLessThan(2);
});
