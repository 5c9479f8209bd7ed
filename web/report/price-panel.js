/** @import { Model, Trade } from './model.js' */
/** @import { Panel, Plot } from './panel.js' */
import { decimate, extremes } from './decimate.js';
import { decimalsFor } from './scale.js';
import { paintTrades } from './trade-marks.js';

/** Minimum width in pixels of a point that is drawn as a candle. */
const CANDLE_PIXELS = 4;
/** A trade shows its levels when the visible range is at most STUDY trade lengths plus STUDY_MARGIN points. */
const STUDY = 4;
const STUDY_MARGIN = 30;

/** Candles, or, when zoomed out, the price range with closes; trades on top. @param {Model} model @returns {Panel} */
export function pricePanel(model) {
  const { open, high, low, close, priceDecimals, price } = model;
  return {
    title: 'Price',
    share: 0.47,
    canBeLog: true,
    bounds({ range: { from, to }, selected }) {
      const seen = extremes(low, high, from, to);
      if (selected === null || !isStudied(selected, from, to)) return seen;
      const levels = [selected.stop, selected.target ?? selected.stop];
      return { low: Math.min(seen.low, ...levels), high: Math.max(seen.high, ...levels) };
    },
    paint(plot) {
      if (plot.perPoint >= CANDLE_PIXELS) paintCandles(plot, model);
      else paintRange(plot, model);
      paintTrades(plot, model);
    },
    tickTexts(ticks) {
      const decimals = decimalsFor(ticks, priceDecimals);
      return ticks.map((tick) =>
        tick.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
      );
    },
    valueText: price,
    legend: (point) => [
      { name: 'O', value: price(open[point]), wide: true },
      { name: 'H', value: price(high[point]), wide: true },
      { name: 'L', value: price(low[point]), wide: true },
      { name: 'C', value: price(close[point]) },
    ],
  };
}

/** Whether the view is zoomed in on this trade, so that its levels are shown. @param {Trade} trade @param {number} from @param {number} to */
const isStudied = ({ entry, exit }, from, to) =>
  entry >= from && exit < to && to - from <= STUDY * (exit - entry + 1) + 2 * STUDY_MARGIN;

/** Hollow candles for rising prices, solid ones for falling prices; colours are reserved for trades. @param {Plot} plot @param {Model} model */
function paintCandles({ ctx, from, to, x, perPoint, scale, colours }, { open, high, low, close, points }) {
  const body = Math.max(1, Math.min(perPoint - 1.5, perPoint * 0.72));
  ctx.strokeStyle = colours.candle;
  ctx.lineWidth = 1;
  for (let i = Math.max(0, Math.floor(from)); i < Math.min(points, Math.ceil(to)); i += 1) {
    const middle = Math.round(x(i + 0.5)) + 0.5;
    const top = scale.y(Math.max(open[i], close[i]));
    const bottom = scale.y(Math.min(open[i], close[i]));
    ctx.beginPath();
    ctx.moveTo(middle, scale.y(high[i]));
    ctx.lineTo(middle, scale.y(low[i]));
    ctx.stroke();
    ctx.fillStyle = close[i] >= open[i] ? colours.panel : colours.candle;
    const height = Math.max(1, bottom - top);
    ctx.fillRect(middle - body / 2, top, body, height);
    ctx.strokeRect(middle - body / 2, top, body, height);
  }
}

/** @param {Plot} plot @param {Model} model */
function paintRange({ ctx, from, to, width, x, scale, colours }, { high, low, close }) {
  const groups = decimate({ low, high, last: close }, from, to, width);
  ctx.beginPath();
  for (const group of groups) ctx.lineTo(x(group.at), scale.y(group.high));
  for (const group of [...groups].reverse()) ctx.lineTo(x(group.at), scale.y(group.low));
  ctx.fillStyle = colours.band;
  ctx.fill();
  ctx.beginPath();
  for (const group of groups) ctx.lineTo(x(group.at), scale.y(group.last));
  ctx.strokeStyle = colours.candle;
  ctx.lineWidth = 1;
  ctx.lineJoin = 'bevel';
  ctx.stroke();
}
