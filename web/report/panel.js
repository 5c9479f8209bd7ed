/** @import { Columns } from './decimate.js' */
/** @import { Palette } from './palette.js' */
/** @import { Scale } from './scale.js' */
/** @import { ChartState } from './state.js' */
import { decimate } from './decimate.js';

/**
 * Drawing area of a panel.
 * @typedef {object} Plot
 * @property {CanvasRenderingContext2D} ctx
 * @property {number} from first visible point; may be fractional
 * @property {number} to
 * @property {number} left pixels
 * @property {number} width
 * @property {number} perPoint pixels per point
 * @property {(point: number) => number} x pixel position of a point's left edge; its middle is at point + 0.5
 * @property {Scale} scale
 * @property {Palette} colours
 */

/**
 * One of the stacked charts.
 * @typedef {object} Panel
 * @property {string} title
 * @property {number} share share of the height
 * @property {boolean} canBeLog
 * @property {(state: ChartState) => {low: number, high: number}} bounds range of the visible values
 * @property {(plot: Plot, state: ChartState) => void} paint
 * @property {(ticks: number[]) => string[]} tickTexts
 * @property {(value: number) => string} valueText
 * @property {(point: number) => {name: string, value: string, tone?: string, wide?: boolean}[]} legend values at a point;
 *   `wide` entries are hidden on small screens
 */

/** Draws a line through the last values of the points, with their extremes. @param {Plot} plot @param {Columns} columns @param {string} colour @param {number} width */
export function strokeColumns({ ctx, from, to, width: pixels, x, scale }, columns, colour, width) {
  ctx.beginPath();
  for (const { at, low, high, last } of decimate(columns, from, to, pixels)) {
    ctx.lineTo(x(at), scale.y(high));
    if (low !== high) ctx.lineTo(x(at), scale.y(low));
    if (low !== last) ctx.lineTo(x(at), scale.y(last));
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = 'bevel';
  ctx.stroke();
}

/** @param {Plot} plot @param {number} value @param {string} colour */
export function strokeLevel({ ctx, left, width, scale }, value, colour) {
  ctx.beginPath();
  ctx.setLineDash([2, 3]);
  ctx.moveTo(left, scale.y(value));
  ctx.lineTo(left + width, scale.y(value));
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Formats fractions as percent, with enough decimals to distinguish the ticks. @param {number[]} ticks */
export function percentTexts(ticks) {
  const steps = ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i]) * 100);
  const step = Math.min(1, ...steps);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks.map((tick) => `${(tick * 100).toFixed(decimals)} %`);
}
