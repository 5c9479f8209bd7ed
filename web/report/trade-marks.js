/** @import { Model, Trade } from './model.js' */
/** @import { Plot } from './panel.js' */
import { FONT } from './palette.js';
import { tradesWithin } from './model.js';

/** Minimum average pixels per trade for entry and exit marks, and for a tinted box. */
const MARK_PIXELS = 5;
const BOX_PIXELS = 16;

/** @typedef {Pick<Plot, 'ctx' | 'x' | 'scale' | 'colours'>} Ground */

/** Draws each trade as a line from fill to fill in the colour of its outcome; losing ones are also dashed. @param {Plot} plot @param {Model} model */
export function paintTrades(plot, { trades }) {
  const seen = tradesWithin(trades, plot.from, plot.to);
  const pixels = plot.width / Math.max(1, seen.length);
  if (pixels < MARK_PIXELS) {
    strokeTogether(
      plot,
      seen.filter(({ pnl }) => pnl <= 0),
      plot.colours.loss,
    );
    strokeTogether(
      plot,
      seen.filter(({ pnl }) => pnl > 0),
      plot.colours.gain,
    );
    return;
  }
  for (const trade of seen) {
    if (pixels >= BOX_PIXELS) tintBox(plot, trade);
    strokeTrade(plot, trade, 1.2);
  }
  const size = pixels >= BOX_PIXELS ? 5 : 3.5;
  for (const trade of seen) markTrade(plot, trade, size);
}

/** Draws the trade under the crosshair or the selected one, with its stop, target and trailing levels. @param {Ground & {left: number, width: number}} ground @param {Trade} trade @param {(value: number) => string} price */
export function paintChosen(ground, trade, price) {
  const { ctx, x, scale, colours, left, width } = ground;
  const [start, end] = [x(trade.entry), Math.max(x(trade.exit + 1), x(trade.entry) + 24)];
  ctx.font = FONT;
  for (const { name, level, colour } of levelsOf(trade, colours)) {
    const y = Math.round(scale.y(level)) + 0.5;
    // A level exactly at the edge is visible; allow one pixel for rounding.
    if (y < scale.top - 1 || y > scale.bottom + 1) continue;
    ctx.beginPath();
    ctx.setLineDash([4, 3]);
    ctx.moveTo(start, y);
    ctx.lineTo(end, y);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.stroke();
    ctx.setLineDash([]);
    const text = `${name} ${price(level)}`;
    const textWidth = ctx.measureText(text).width;
    const textAt = Math.min(Math.max(left + 2, end + 5), left + width - textWidth - 4);
    ctx.fillStyle = colours.panel;
    ctx.fillRect(textAt - 2, y - 7, textWidth + 4, 14);
    ctx.fillStyle = colour;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, textAt, y);
  }
  tintBox(ground, trade);
  strokeTrade(ground, trade, 2);
  markTrade(ground, trade, 6);
}

/** @param {Trade} trade @param {Plot['colours']} colours */
function levelsOf({ stop, target, trailing }, colours) {
  return [
    { name: 'stop', level: stop, colour: colours.loss },
    { name: 'target', level: target, colour: colours.gain },
    { name: 'trailing from', level: trailing, colour: colours.muted },
  ].flatMap(({ name, level, colour }) => (level === null ? [] : [{ name, level, colour }]));
}

/** @param {Ground} ground @param {Trade} trade */
const colourOf = ({ colours }, trade) => (trade.pnl > 0 ? colours.gain : colours.loss);

/** @param {Ground} ground @param {Trade} trade @param {number} width */
function strokeTrade(ground, trade, width) {
  const { ctx, x, scale } = ground;
  ctx.beginPath();
  ctx.setLineDash(trade.pnl > 0 ? [] : [3, 2]);
  ctx.moveTo(x(trade.entry + 0.5), scale.y(trade.entryPrice));
  ctx.lineTo(x(trade.exit + 0.5), scale.y(trade.exitPrice));
  ctx.strokeStyle = colourOf(ground, trade);
  ctx.lineWidth = width;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Draws thousands of trades as one path, for speed; without dashes, which would be invisible. @param {Ground} ground @param {Trade[]} trades @param {string} colour */
function strokeTogether({ ctx, x, scale }, trades, colour) {
  ctx.beginPath();
  for (const trade of trades) {
    ctx.moveTo(x(trade.entry + 0.5), scale.y(trade.entryPrice));
    ctx.lineTo(x(trade.exit + 0.5), scale.y(trade.exitPrice));
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.2;
  ctx.stroke();
}

/** @param {Ground} ground @param {Trade} trade */
function tintBox(ground, trade) {
  const { ctx, x, scale } = ground;
  const [top, bottom] = [trade.entryPrice, trade.exitPrice].map(scale.y).sort((a, b) => a - b);
  ctx.globalAlpha = 0.13;
  ctx.fillStyle = colourOf(ground, trade);
  ctx.fillRect(x(trade.entry), top, x(trade.exit + 1) - x(trade.entry), Math.max(1, bottom - top));
  ctx.globalAlpha = 1;
}

/** Triangles at the fill prices: hollow for the entry, solid for the exit; a ring marks an ambiguous exit. @param {Ground} ground @param {Trade} trade @param {number} size */
function markTrade(ground, trade, size) {
  const { ctx, x, scale, colours } = ground;
  const colour = colourOf(ground, trade);
  triangle(ctx, x(trade.entry + 0.5), scale.y(trade.entryPrice), trade.long ? size : -size);
  ctx.fillStyle = colours.panel;
  ctx.fill();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4;
  ctx.stroke();
  triangle(ctx, x(trade.exit + 0.5), scale.y(trade.exitPrice), trade.long ? -size : size);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.strokeStyle = colours.panel;
  ctx.lineWidth = 1;
  ctx.stroke();
  if (!trade.ambiguous) return;
  ctx.beginPath();
  ctx.arc(x(trade.exit + 0.5), scale.y(trade.exitPrice), size + 4, 0, 2 * Math.PI);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4;
  ctx.stroke();
}

/** Triangle with its tip at (x, y); a positive size points up from below. @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} size */
function triangle(ctx, x, y, size) {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x - Math.abs(size), y + 1.7 * size);
  ctx.lineTo(x + Math.abs(size), y + 1.7 * size);
  ctx.closePath();
}
