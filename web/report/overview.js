/** @import { Model } from './model.js' */
/** @import { State } from './state.js' */
import { element } from '../dashboard/dom.js';
import { decimate } from './decimate.js';
import { readPalette } from './palette.js';
import { moved, withinChart } from './range.js';
import { sized } from './stage.js';

/** Width in pixels of the resize handles at the ends of the window. */
const HANDLE = 8;

/** The whole equity curve, with a window that marks the visible range: drag it, drag its ends, or press beside it. @param {HTMLElement} host @param {Model} model @param {State} state */
export function createOverview(host, model, state) {
  const canvas = element('canvas');
  const brush = element('div', { class: 'brush' });
  host.append(canvas, brush);
  const { points } = model;

  const paint = () => {
    const ctx = sized(canvas, host);
    const colours = readPalette();
    const [width, height] = [host.clientWidth, host.clientHeight];
    const groups = decimate({ low: model.equityLow, high: model.equityHigh, last: model.equity }, 0, points, width);
    const low = Math.min(...groups.map((group) => group.low));
    const high = Math.max(...groups.map((group) => group.high));
    const y = (/** @type {number} */ value) => height - 5 - ((value - low) / (high - low || 1)) * (height - 10);
    ctx.beginPath();
    for (const group of groups) {
      ctx.lineTo((group.at / points) * width, y(group.high));
      ctx.lineTo((group.at / points) * width, y(group.low));
    }
    ctx.strokeStyle = colours.equity;
    ctx.lineWidth = 1;
    ctx.lineJoin = 'bevel';
    ctx.stroke();
  };
  const place = () => {
    const { from, to } = state.now.range;
    brush.style.left = `${(from / points) * 100}%`;
    brush.style.width = `${((to - from) / points) * 100}%`;
  };
  state.listen(place);
  paint();
  place();

  /** @type {{mode: 'move' | 'from' | 'to', point: number, range: import('./range.js').Range} | null} */
  let press = null;
  /** @param {PointerEvent} event */
  const pointOf = (event) => {
    const { left, width } = host.getBoundingClientRect();
    return ((event.clientX - left) / width) * points;
  };
  host.addEventListener('pointerdown', (event) => {
    const point = pointOf(event);
    const handle = (HANDLE / host.clientWidth) * points;
    let { range } = state.now;
    const isEnd = (/** @type {number} */ end) => Math.abs(point - end) < handle;
    if (!isEnd(range.from) && !isEnd(range.to) && (point < range.from || point > range.to)) {
      range = moved(range, point - (range.from + range.to) / 2, points);
      state.change({ range });
    }
    press = { mode: isEnd(range.from) ? 'from' : isEnd(range.to) ? 'to' : 'move', point, range };
    host.setPointerCapture(event.pointerId);
  });
  host.addEventListener('pointermove', (event) => {
    if (press === null) return;
    const { mode, point, range } = press;
    const at = pointOf(event);
    if (mode === 'move') state.change({ range: moved(range, at - point, points) });
    else {
      const [from, to] = (mode === 'from' ? [at, range.to] : [range.from, at]).sort((a, b) => a - b);
      state.change({ range: withinChart({ from: Math.max(0, from), to: Math.min(points, to) }, points) });
    }
  });
  const release = () => {
    press = null;
  };
  host.addEventListener('pointerup', release);
  host.addEventListener('pointercancel', release);
  return { paint };
}
