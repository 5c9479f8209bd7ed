/** The part of a chart that is seen: points [from, to), not necessarily whole ones. @typedef {{from: number, to: number}} Range */

/** Nobody needs to see fewer. */
const FEWEST_POINTS = 10;

/** Within the chart, and not too short. @param {Range} range @param {number} points @returns {Range} */
export function withinChart({ from, to }, points) {
  const span = Math.min(points, Math.max(to - from, Math.min(points, FEWEST_POINTS)));
  const start = Math.min(Math.max(0, from), points - span);
  return { from: start, to: start + span };
}

/** `factor` below 1 comes closer; what is at `anchor` stays where it is. @param {Range} range @param {number} anchor @param {number} factor @param {number} points */
export function zoomed({ from, to }, anchor, factor, points) {
  const span = Math.min(points, Math.max(FEWEST_POINTS, (to - from) * factor));
  const start = anchor - ((anchor - from) / (to - from)) * span;
  return withinChart({ from: start, to: start + span }, points);
}

/** @param {Range} range @param {number} by points; positive is later @param {number} points */
export function moved({ from, to }, by, points) {
  return withinChart({ from: from + by, to: to + by }, points);
}

/** Points [first, last] in the middle third. @param {number} first @param {number} last @param {number} points */
export function rangeAround(first, last, points) {
  const margin = Math.max(last - first + 1, 24);
  return withinChart({ from: first - margin, to: last + 1 + margin }, points);
}

/** The same span, moved as little as lets `point` be seen. @param {Range} range @param {number} point @param {number} points */
export function rangeWith(range, point, points) {
  if (point < range.from) return moved(range, point - range.from, points);
  return point + 1 > range.to ? moved(range, point + 1 - range.to, points) : range;
}
