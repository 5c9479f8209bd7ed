/** @import { Columns } from './decimate.js' */
/** @import { Palette } from './palette.js' */
/** @import { Scale } from './scale.js' */
/** @import { ChartState } from './state.js' */
import { decimate } from './decimate.js';

/**
 * Where and how a panel draws.
 * @typedef {object} Plot
 * @property {CanvasRenderingContext2D} ctx
 * @property {number} from first point seen; may lie between two
 * @property {number} to
 * @property {number} left pixels
 * @property {number} width
 * @property {number} perPoint pixels a point is wide
 * @property {(point: number) => number} x the middle of a point is at + 0.5
 * @property {Scale} scale
 * @property {Palette} colours
 */

/**
 * One of the charts above each other.
 * @typedef {object} Panel
 * @property {string} title
 * @property {number} share of the height
 * @property {boolean} canBeLog
 * @property {(state: ChartState) => {low: number, high: number}} bounds of what it shows
 * @property {(plot: Plot, state: ChartState) => void} paint
 * @property {(ticks: number[]) => string[]} tickTexts
 * @property {(value: number) => string} valueText
 * @property {(point: number) => {name: string, value: string, tone?: string, wide?: boolean}[]} legend what it shows at a
 *   point; `wide` ones are left out on small screens
 */

/** A line through the ends of the points, with the extremes in between. @param {Plot} plot @param {Columns} columns @param {string} colour @param {number} width */
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

/** Fractions as ticks: as many decimals as tell them apart. @param {number[]} ticks */
export function percentTexts(ticks) {
  const steps = ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i]) * 100);
  const step = Math.min(1, ...steps);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks.map((tick) => `${(tick * 100).toFixed(decimals)} %`);
}
