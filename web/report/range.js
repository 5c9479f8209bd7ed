/** The visible part of a chart: points [from, to), may be fractional. @typedef {{from: number, to: number}} Range */

/** Minimum number of visible points. */
const FEWEST_POINTS = 10;

/** Clamps a range to the chart and to the minimum length. @param {Range} range @param {number} points @returns {Range} */
export function withinChart({ from, to }, points) {
  const span = Math.min(points, Math.max(to - from, Math.min(points, FEWEST_POINTS)));
  const start = Math.min(Math.max(0, from), points - span);
  return { from: start, to: start + span };
}

/** A `factor` below 1 zooms in; the point `anchor` keeps its position. @param {Range} range @param {number} anchor @param {number} factor @param {number} points */
export function zoomed({ from, to }, anchor, factor, points) {
  const span = Math.min(points, Math.max(FEWEST_POINTS, (to - from) * factor));
  const start = anchor - ((anchor - from) / (to - from)) * span;
  return withinChart({ from: start, to: start + span }, points);
}

/** @param {Range} range @param {number} by points; positive is later @param {number} points */
export function moved({ from, to }, by, points) {
  return withinChart({ from: from + by, to: to + by }, points);
}

/** A range with points [first, last] in its middle third. @param {number} first @param {number} last @param {number} points */
export function rangeAround(first, last, points) {
  const margin = Math.max(last - first + 1, 24);
  return withinChart({ from: first - margin, to: last + 1 + margin }, points);
}

/** Moves a range as little as necessary to include `point`. @param {Range} range @param {number} point @param {number} points */
export function rangeWith(range, point, points) {
  if (point < range.from) return moved(range, point - range.from, points);
  return point + 1 > range.to ? moved(range, point + 1 - range.to, points) : range;
}
