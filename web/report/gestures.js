/** @import { Model, Trade } from './model.js' */
/** @import { Stage } from './stage.js' */
/** @import { State } from './state.js' */
import { moved, rangeAround, rangeWith, withinChart, zoomed } from './range.js';

/** Maximum movement in pixels of a press that counts as a click. */
const CLICK = 4;
const ZOOM_IN = 0.8;

/**
 * Connects mouse, touch and keyboard input to the charts.
 * @param {Stage} stage @param {Model} model @param {State} state
 * @param {{choose: (trade: Trade | null) => void, hint: (text: string) => void, speak: (point: number) => void}} say
 */
export function connectGestures(stage, model, state, { choose, hint, speak }) {
  const { host } = stage;
  const { points } = model;
  /** @type {Map<number, {x: number, y: number}>} active pointers (pressed mouse button, touching fingers) */
  const down = new Map();
  /** Start of the press. @type {{x: number, range: import('./range.js').Range, isSelecting: boolean, hasMoved: boolean} | null} */
  let press = null;
  const selection = document.createElement('div');
  selection.className = 'selection';
  selection.hidden = true;
  host.append(selection);

  /** @param {MouseEvent} event */
  const placeOf = (event) => {
    const { left, top } = host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  /** @param {number} x @param {number} y */
  const pointTo = (x, y) => {
    const cursor = Math.min(points - 1, Math.max(0, Math.floor(stage.pointAt(Math.min(x, stage.plotWidth)))));
    state.change({ cursor, cursorY: y });
  };

  host.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const place = placeOf(event);
    host.setPointerCapture(event.pointerId);
    down.set(event.pointerId, place);
    press = { x: place.x, range: state.now.range, isSelecting: event.shiftKey, hasMoved: false };
  });
  host.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    const before = down.get(event.pointerId);
    if (before === undefined || press === null) {
      if (event.pointerType === 'mouse') pointTo(place.x, place.y);
      return;
    }
    if (down.size === 2) {
      press.hasMoved = true;
      const [other] = [...down].flatMap(([id, at]) => (id === event.pointerId ? [] : [at]));
      pinch(before.x, place.x, other.x);
    } else {
      press.hasMoved ||= Math.abs(place.x - press.x) >= CLICK;
      if (press.hasMoved && press.isSelecting) showSelection(press.x, place.x);
      else if (press.hasMoved)
        state.change({ range: moved(press.range, (press.x - place.x) * perPixel(press.range), points) });
      pointTo(place.x, place.y);
    }
    down.set(event.pointerId, place);
  });
  /** @param {PointerEvent} event */
  const release = (event) => {
    const place = down.get(event.pointerId);
    if (place === undefined || press === null) return;
    down.delete(event.pointerId);
    selection.hidden = true;
    if (press.hasMoved && press.isSelecting) {
      const [from, to] = [press.x, place.x].map(stage.pointAt).sort((a, b) => a - b);
      state.change({ range: withinChart({ from, to }, points) });
    } else if (!press.hasMoved && event.type === 'pointerup') {
      pointTo(place.x, place.y);
      choose(stage.tradeUnder());
    }
    if (down.size === 0) press = null;
    else press = { ...press, x: [...down.values()][0].x, range: state.now.range };
  };
  host.addEventListener('pointerup', release);
  host.addEventListener('pointercancel', release);
  host.addEventListener('pointerleave', () => {
    if (down.size === 0) state.change({ cursor: null, cursorY: null });
  });
  host.addEventListener('dblclick', () => state.change({ range: { from: 0, to: points } }));

  /** @param {import('./range.js').Range} range */
  const perPixel = ({ from, to }) => (to - from) / stage.plotWidth;

  /** @param {number} before @param {number} now @param {number} other */
  const pinch = (before, now, other) => {
    const [was, is] = [Math.abs(before - other), Math.abs(now - other)];
    if (was < 1 || is < 1) return;
    state.change({ range: zoomed(state.now.range, stage.pointAt((now + other) / 2), was / is, points) });
  };

  /** @param {number} start @param {number} end */
  const showSelection = (start, end) => {
    selection.hidden = false;
    selection.style.left = `${Math.min(start, end)}px`;
    selection.style.width = `${Math.abs(end - start)}px`;
  };

  host.addEventListener(
    'wheel',
    (event) => {
      const { range } = state.now;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        state.change({ range: moved(range, event.deltaX * perPixel(range), points) });
        return;
      }
      // Scrolling the page over the chart must not zoom.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== host) {
        hint('Click the chart first, or hold Ctrl, to zoom with the wheel');
        return;
      }
      const isWhole = range.to - range.from >= points;
      if (isWhole && event.deltaY > 0 && !event.ctrlKey) return;
      event.preventDefault();
      const anchor = stage.pointAt(placeOf(event).x);
      state.change({
        range: zoomed(range, anchor, Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.005), points),
      });
    },
    { passive: false },
  );

  /** @param {number} point */
  const moveCursor = (point) => {
    const cursor = Math.min(points - 1, Math.max(0, point));
    state.change({ cursor, cursorY: null, range: rangeWith(state.now.range, cursor, points) });
    speak(cursor);
  };
  /** @param {number} step @param {boolean} isWide */
  const walk = (step, isWide) => {
    const { range, cursor } = state.now;
    const span = range.to - range.from;
    if (isWide) state.change({ range: moved(range, (step * span) / 4, points) });
    // Zoomed out, a step is one pixel, because a step of one point would be invisible.
    else
      moveCursor(
        (cursor ?? Math.floor((range.from + range.to) / 2)) + step * Math.max(1, Math.round(span / stage.plotWidth)),
      );
  };
  /** @param {number} factor */
  const zoom = (factor) => {
    const { range, cursor } = state.now;
    state.change({ range: zoomed(range, cursor ?? (range.from + range.to) / 2, factor, points) });
  };
  /** @param {1 | -1} step */
  const walkTrades = (step) => {
    const { trades } = model;
    const { selected, range } = state.now;
    if (trades.length === 0) return;
    const next = selected
      ? trades[selected.number - 1 + step]
      : (trades.find(({ exit }) => exit >= range.from) ?? trades[trades.length - 1]);
    if (!next) return;
    choose(next);
    state.change({ cursor: next.exit, cursorY: null, range: rangeAround(next.entry, next.exit, points) });
    speak(next.exit);
  };

  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    ArrowLeft: (event) => walk(-1, event.shiftKey),
    ArrowRight: (event) => walk(1, event.shiftKey),
    '+': () => zoom(ZOOM_IN),
    '=': () => zoom(ZOOM_IN),
    '-': () => zoom(1 / ZOOM_IN),
    0: () => state.change({ range: { from: 0, to: points } }),
    Home: () => moveCursor(0),
    End: () => moveCursor(points - 1),
    n: () => walkTrades(1),
    p: () => walkTrades(-1),
    Enter: () => choose(stage.tradeUnder()),
    Escape: () => {
      choose(null);
      state.change({ cursor: null });
    },
  };
  host.addEventListener('keydown', (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act(event);
  });
  return { zoom, walkTrades };
}
