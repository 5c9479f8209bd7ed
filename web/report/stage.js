/** @import { Model, Trade } from './model.js' */
/** @import { Panel, Plot } from './panel.js' */
/** @import { ChartState, State } from './state.js' */
import { element } from '../dashboard/dom.js';
import { utc } from '../dashboard/format.js';
import { FONT, readPalette } from './palette.js';
import { missingShares } from './missing.js';
import { createScale } from './scale.js';
import { timeTicks } from './time-ticks.js';
import { paintChosen } from './trade-marks.js';
import { tradeAt } from './model.js';

/** Pixels. */
const GAP = 10;
const TIME_AXIS = 22;
const LEGEND = 22;
const FOOT = 6;
const TICK_WIDTH = 82;
/** Minimum opacity, so that a single missing bar stays visible. */
const FAINTEST = 0.25;
/** State that the base canvas depends on; the rest is drawn on the overlay. */
const BASE = /** @type {const} */ (['range', 'isLog', 'hasHold', 'selected']);
/** Maximum distance in pixels between crosshair and trade. */
const REACH = 8;

/** @typedef {ReturnType<typeof createStage>} Stage */

/**
 * The stacked charts on one canvas, with crosshair and selected trade on an overlay canvas that is cheap to redraw.
 * @param {HTMLElement} host @param {Model} model @param {Panel[]} panels the first shows prices @param {State} state
 */
export function createStage(host, model, panels, state) {
  const [base, overlay] = [element('canvas'), element('canvas', { class: 'over' })];
  const legends = panels.map(() => element('div', { class: 'legend' }));
  host.append(base, overlay, ...legends);
  let colours = readPalette();
  /** @type {ChartState | null} state that the base canvas shows */
  let painted = null;
  /** @type {{plots: Plot[], width: number, height: number, axis: number}} */
  let frame = { plots: [], width: 0, height: 0, axis: 0 };

  const paint = () => {
    const { now } = state;
    const { range } = now;
    const ctx = sized(base, host);
    frame = frameOf(ctx, panels, host, now, colours);
    const { plots, width, height } = frame;
    const ticks = timeTicks(model.timeAt(range.from), model.timeAt(range.to), plots[0].width / TICK_WIDTH);
    const tickX = (/** @type {number} */ time) => plots[0].x((time - model.timeAt(0)) / model.pointMs);
    const missing = missingShares(model.missing, range, plots[0].width);
    panels.forEach((panel, i) => {
      const plot = plots[i];
      const { left, scale } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, scale.top - LEGEND, plot.width, scale.bottom - scale.top + LEGEND + FOOT);
      ctx.clip();
      shadeMissing(plot, missing);
      ctx.fillStyle = colours.line;
      for (const tick of scale.ticks) ctx.fillRect(left, Math.round(scale.y(tick)), plot.width, 1);
      for (const { time } of ticks)
        ctx.fillRect(Math.round(tickX(time)), scale.top - LEGEND, 1, scale.bottom - scale.top + LEGEND + FOOT);
      panel.paint(plot, now);
      ctx.restore();
      ctx.strokeStyle = colours.line;
      ctx.lineWidth = 1;
      ctx.strokeRect(
        left + 0.5,
        scale.top - LEGEND + 0.5,
        plot.width - 1,
        scale.bottom - scale.top + LEGEND + FOOT - 1,
      );
      ctx.font = FONT;
      ctx.fillStyle = colours.muted;
      ctx.textAlign = 'left';
      ctx.textBaseline = 'middle';
      panel
        .tickTexts(scale.ticks)
        .forEach((text, t) => ctx.fillText(text, left + plot.width + 6, scale.y(scale.ticks[t])));
      legends[i].style.top = `${scale.top - LEGEND + 2}px`;
      legends[i].style.maxWidth = `${plot.width - 8}px`;
    });
    ctx.textAlign = 'center';
    for (const { time, label, isMajor } of ticks) {
      const half = ctx.measureText(label).width / 2 + 2;
      const at = Math.min(Math.max(tickX(time), half), width - half);
      ctx.fillStyle = isMajor ? colours.text : colours.muted;
      ctx.fillText(label, at, height - TIME_AXIS / 2);
    }
  };

  const paintOver = () => {
    const ctx = sized(overlay, host);
    const { cursor, cursorY, selected } = state.now;
    const chosen = tradeUnder() ?? selected;
    const [price] = frame.plots;
    if (chosen) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(price.left, price.scale.top - LEGEND, price.width, price.scale.bottom - price.scale.top + LEGEND + FOOT);
      ctx.clip();
      paintChosen({ ...price, ctx }, chosen, model.price);
      ctx.restore();
    }
    if (cursor !== null) paintCrosshair(ctx, cursor, cursorY);
    const point = cursor ?? Math.min(model.points, Math.ceil(state.now.range.to)) - 1;
    panels.forEach((panel, i) => fillLegend(legends[i], panel, point));
  };

  /** @param {CanvasRenderingContext2D} ctx @param {number} cursor @param {number | null} cursorY */
  const paintCrosshair = (ctx, cursor, cursorY) => {
    const { plots, width, height, axis } = frame;
    const x = Math.round(plots[0].x(cursor + 0.5)) + 0.5;
    ctx.strokeStyle = colours.muted;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(x, 0);
    ctx.lineTo(x, height - TIME_AXIS);
    const at = plots.findIndex(
      ({ scale }) => cursorY !== null && cursorY >= scale.top - LEGEND && cursorY <= scale.bottom + FOOT,
    );
    if (cursorY !== null && at >= 0) {
      ctx.moveTo(0, Math.round(cursorY) + 0.5);
      ctx.lineTo(width - axis, Math.round(cursorY) + 0.5);
    }
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.font = FONT;
    tag(ctx, utc(model.timeAt(cursor)), x, height - TIME_AXIS / 2, width, 'center');
    if (cursorY !== null && at >= 0) {
      tag(ctx, panels[at].valueText(plots[at].scale.valueAt(cursorY)), width - axis + 2, cursorY, width, 'left');
    }
  };

  /** @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} x @param {number} y @param {number} within @param {'left' | 'center'} align */
  const tag = (ctx, text, x, y, within, align) => {
    const width = ctx.measureText(text).width + 8;
    const left = Math.max(0, Math.min(align === 'center' ? x - width / 2 : x, within - width));
    ctx.fillStyle = colours.tag;
    ctx.fillRect(left, y - 9, width, 18);
    ctx.fillStyle = colours['tag-text'];
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, left + 4, y);
  };

  /** @returns {Trade | null} */
  const tradeUnder = () => {
    const { cursor } = state.now;
    return cursor === null ? null : tradeAt(model.trades, cursor, Math.floor(REACH / frame.plots[0].perPoint));
  };

  const repaint = () => {
    painted = state.now;
    paint();
    paintOver();
  };
  state.listen((now) => {
    if (painted === null || BASE.some((name) => painted?.[name] !== now[name])) repaint();
    else paintOver();
  });
  const recolour = () => {
    colours = readPalette();
    repaint();
  };
  repaint();
  return {
    host,
    recolour,
    repaint,
    tradeUnder,
    /** Width of the charts in pixels, without the axis. */
    get plotWidth() {
      return frame.plots[0].width;
    },
    /** @param {number} x pixels from the left of the stage */
    pointAt: (x) => frame.plots[0].from + x / frame.plots[0].perPoint,
    /** @param {number} point */
    xOf: (point) => frame.plots[0].x(point),
  };
}

/**
 * Computes the scales first, then the plot width that their tick labels leave.
 * @param {CanvasRenderingContext2D} ctx @param {Panel[]} panels @param {HTMLElement} host
 * @param {ChartState} state @param {Plot['colours']} colours
 */
function frameOf(ctx, panels, host, state, colours) {
  const { from, to } = state.range;
  const [width, height] = [host.clientWidth, host.clientHeight];
  const room = height - TIME_AXIS - GAP * (panels.length - 1);
  let top = 0;
  const scales = panels.map((panel) => {
    const bottom = top + room * panel.share;
    const scale = createScale({
      ...panel.bounds(state),
      top: top + LEGEND,
      bottom: bottom - FOOT,
      isLog: state.isLog && panel.canBeLog,
    });
    top = bottom + GAP;
    return scale;
  });
  ctx.font = FONT;
  const texts = panels.flatMap((panel, i) => [
    ...panel.tickTexts(scales[i].ticks),
    panel.valueText(scales[i].valueAt(scales[i].top)),
  ]);
  const axis = Math.ceil(Math.max(...texts.map((text) => ctx.measureText(text).width))) + 12;
  // Elements may temporarily have no width while a window is created or hidden.
  const plotWidth = Math.max(1, width - axis);
  const perPoint = plotWidth / (to - from);
  const plots = scales.map((scale) => ({
    ctx,
    from,
    to,
    left: 0,
    width: plotWidth,
    perPoint,
    x: (/** @type {number} */ point) => (point - from) * perPoint,
    scale,
    colours,
  }));
  return { plots, width, height, axis };
}

/** @param {Plot} plot @param {Map<number, number>} shares by column of pixels */
function shadeMissing({ ctx, left, scale, colours }, shares) {
  ctx.fillStyle = colours.missing;
  for (const [column, share] of shares) {
    ctx.globalAlpha = Math.max(FAINTEST, share);
    ctx.fillRect(left + column, scale.top - LEGEND, 1, scale.bottom - scale.top + LEGEND + FOOT);
  }
  ctx.globalAlpha = 1;
}

/** @param {HTMLElement} host @param {Panel} panel @param {number} point */
function fillLegend(host, panel, point) {
  host.replaceChildren(
    element('strong', {}, panel.title),
    ...panel
      .legend(point)
      .map(({ name, value, tone = '', wide = false }) =>
        element(
          'span',
          { class: wide ? 'wide' : '' },
          element('i', {}, `${name} `),
          element('b', { class: tone }, value),
        ),
      ),
  );
}

/** Resizes a canvas to device pixels, which clears it. @param {HTMLCanvasElement} canvas @param {HTMLElement} host */
export function sized(canvas, host) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(host.clientWidth * ratio), Math.round(host.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, host.clientWidth, host.clientHeight);
  return ctx;
}
