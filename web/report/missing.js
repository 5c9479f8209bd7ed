/** @import { Range } from './range.js' */

/**
 * Share of missing bars in each column of pixels, 0..1; columns without missing bars are omitted. Zoomed out, a column
 * covers many points; shading it fully for one missing bar would exaggerate the gap.
 * @param {readonly (readonly [first: number, points: number])[]} runs in order @param {Range} range @param {number} pixels
 * @returns {Map<number, number>}
 */
export function missingShares(runs, { from, to }, pixels) {
  const perPixel = (to - from) / pixels;
  /** @type {Map<number, number>} */
  const shares = new Map();
  for (const [first, points] of runs) {
    const [start, end] = [Math.max(from, first), Math.min(to, first + points)];
    const last = Math.min(pixels, Math.ceil((end - from) / perPixel)) - 1;
    for (let column = Math.floor((start - from) / perPixel); column <= last; column += 1) {
      const left = from + column * perPixel;
      const covered = Math.min(end, left + perPixel) - Math.max(start, left);
      if (covered > 0) shares.set(column, Math.min(1, (shares.get(column) ?? 0) + covered / perPixel));
    }
  }
  return shares;
}
