/** @import { Range } from './range.js' */
/** @import { Trade } from './model.js' */

/**
 * @typedef {object} ChartState
 * @property {Range} range
 * @property {number | null} cursor point under the crosshair
 * @property {number | null} cursorY pixels from the top of the stage; null when the keyboard moves the crosshair
 * @property {Trade | null} selected
 * @property {boolean} isLog
 * @property {boolean} hasHold whether buy and hold is drawn
 */

/** @typedef {ReturnType<typeof createState>} State */

/** Shared state of the chart. Listeners are called at most once per frame. @param {number} points */
export function createState(points) {
  /** @type {ChartState} */
  let current = {
    range: { from: 0, to: points },
    cursor: null,
    cursorY: null,
    selected: null,
    isLog: false,
    hasHold: true,
  };
  /** @type {((state: ChartState) => void)[]} */
  const listeners = [];
  let isDue = false;
  const tell = () => {
    isDue = false;
    for (const listener of listeners) listener(current);
  };
  return {
    get now() {
      return current;
    },
    /** @param {Partial<ChartState>} part */
    change(part) {
      current = { ...current, ...part };
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(tell);
    },
    /** Calls the listeners immediately; used before printing. */
    tell,
    /** @param {(state: ChartState) => void} listener */
    listen(listener) {
      listeners.push(listener);
    },
  };
}
