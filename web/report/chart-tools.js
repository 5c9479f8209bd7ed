/** @import { Model } from './model.js' */
/** @import { State } from './state.js' */
import { element } from '../dashboard/dom.js';
import { withinChart } from './range.js';

const DAY = 86_400_000;
/** @type {[string, number][]} */
const SPANS = [
  ['1 y', 365 * DAY],
  ['90 d', 90 * DAY],
  ['30 d', 30 * DAY],
  ['7 d', 7 * DAY],
  ['1 d', DAY],
];
/** Shorter spans get no button. */
const FEWEST_POINTS = 24;

/**
 * Buttons with the same functions as mouse and keys.
 * @param {HTMLElement} host @param {Model} model @param {State} state
 * @param {{zoom: (factor: number) => void, walkTrades: (step: 1 | -1) => void}} act
 */
export function showChartTools(host, model, state, { zoom, walkTrades }) {
  const { points, pointMs, trades } = model;
  /** @param {string} text @param {string} title @param {() => void} click */
  const button = (text, title, click) => element('button', { type: 'button', title, 'aria-label': title, click }, text);
  const spans = SPANS.filter(([, ms]) => ms < points * pointMs && ms / pointMs >= FEWEST_POINTS).map(([text, ms]) =>
    button(text, `Show ${text}`, () => {
      const { to } = state.now.range;
      state.change({ range: withinChart({ from: to - ms / pointMs, to }, points) });
    }),
  );
  /** @param {string} text @param {string} title @param {'isLog' | 'hasHold'} name */
  const toggle = (text, title, name) => {
    const made = button(text, title, () => state.change({ [name]: !state.now[name] }));
    const show = () => made.setAttribute('aria-pressed', String(state.now[name]));
    state.listen(show);
    show();
    return made;
  };
  host.append(
    button('all', 'Show the whole chart', () => state.change({ range: { from: 0, to: points } })),
    ...spans,
    button('+', 'Closer', () => zoom(0.6)),
    button('−', 'Zoom out', () => zoom(1 / 0.6)),
    ...(trades.length > 0
      ? [
          button('◂ trade', 'Previous trade', () => walkTrades(-1)),
          button('trade ▸', 'Next trade', () => walkTrades(1)),
        ]
      : []),
    toggle('hold', 'Buy and hold beside the equity', 'hasHold'),
    toggle('log', 'Logarithmic prices and equity', 'isLog'),
  );
}
