/**
 * @typedef {object} Columns
 * @property {Float64Array} low
 * @property {Float64Array} high
 * @property {Float64Array} last last value of each point
 */

/**
 * Reduces points to about one per pixel. Each group of points keeps its extremes and its last value, so that no spike is
 * lost. Groups start at multiples of their size, so that they do not flicker when the chart moves.
 * @param {Columns} columns @param {number} from @param {number} to @param {number} pixels
 * @returns {{at: number, low: number, high: number, last: number}[]} `at`: middle of the group, in points. Includes one
 *   group beyond each end, so that lines continue to the edge.
 */
export function decimate({ low, high, last }, from, to, pixels) {
  const size = Math.max(1, Math.floor((to - from) / Math.max(1, pixels)));
  const first = Math.max(0, (Math.floor(from / size) - 1) * size);
  const end = Math.min(last.length, (Math.ceil(to / size) + 1) * size);
  const groups = [];
  for (let start = first; start < end; start += size) {
    const stop = Math.min(last.length, start + size);
    let least = low[start];
    let most = high[start];
    for (let i = start + 1; i < stop; i += 1) {
      if (low[i] < least) least = low[i];
      if (high[i] > most) most = high[i];
    }
    groups.push({ at: (start + stop) / 2, low: least, high: most, last: last[stop - 1] });
  }
  return groups;
}

/** Minimum and maximum of points [from, to). @param {Float64Array} low @param {Float64Array} high @param {number} from @param {number} to */
export function extremes(low, high, from, to) {
  const first = Math.max(0, Math.floor(from));
  const end = Math.min(low.length, Math.ceil(to));
  let [least, most] = [Infinity, -Infinity];
  for (let i = first; i < end; i += 1) {
    if (low[i] < least) least = low[i];
    if (high[i] > most) most = high[i];
  }
  return { low: least, high: most };
}
