/** @import { Model } from './model.js' */
/** @import { Panel } from './panel.js' */
import { percent } from '../dashboard/format.js';
import { decimate, extremes } from './decimate.js';
import { percentTexts } from './panel.js';

/** Drawdown: relative distance of equity from its peak. @param {Model} model @returns {Panel} */
export function drawdownPanel({ drawdown }) {
  const depth = drawdown.map((value) => (value === 0 ? 0 : -value));
  return {
    title: 'Drawdown',
    share: 0.14,
    canBeLog: false,
    bounds: ({ range: { from, to } }) => ({ low: Math.min(-0.001, extremes(depth, depth, from, to).low), high: 0 }),
    paint({ ctx, from, to, width, x, scale, colours }) {
      const groups = decimate({ low: depth, high: depth, last: depth }, from, to, width);
      ctx.beginPath();
      ctx.moveTo(x(groups[0].at), scale.y(0));
      for (const { at, low } of groups) ctx.lineTo(x(at), scale.y(low));
      ctx.lineTo(x(groups[groups.length - 1].at), scale.y(0));
      ctx.globalAlpha = 0.22;
      ctx.fillStyle = colours.loss;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.strokeStyle = colours.loss;
      ctx.lineWidth = 1;
      ctx.stroke();
    },
    tickTexts: percentTexts,
    valueText: (value) => percent(value),
    legend: (point) => [{ name: 'below the peak', value: percent(depth[point]), tone: depth[point] < 0 ? 'loss' : '' }],
  };
}
