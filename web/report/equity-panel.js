/** @import { Model } from './model.js' */
/** @import { Panel } from './panel.js' */
import { money, percent } from '../dashboard/format.js';
import { extremes } from './decimate.js';
import { strokeColumns, strokeLevel } from './panel.js';
import { decimalsFor } from './scale.js';

/** Equity, buy and hold for comparison, and the starting cash. @param {Model} model @returns {Panel} */
export function equityPanel(model) {
  const { equity, equityLow, equityHigh, hold, initialCash } = model;
  return {
    title: 'Equity',
    share: 0.25,
    canBeLog: true,
    bounds({ range: { from, to }, hasHold }) {
      const own = extremes(equityLow, equityHigh, from, to);
      if (!hasHold) return own;
      const held = extremes(hold, hold, from, to);
      return { low: Math.min(own.low, held.low), high: Math.max(own.high, held.high) };
    },
    paint(plot, { hasHold }) {
      strokeLevel(plot, initialCash, plot.colours.muted);
      if (hasHold) strokeColumns(plot, { low: hold, high: hold, last: hold }, plot.colours.hold, 1.2);
      strokeColumns(plot, { low: equityLow, high: equityHigh, last: equity }, plot.colours.equity, 1.8);
    },
    tickTexts(ticks) {
      const decimals = decimalsFor(ticks, 6);
      return ticks.map((tick) => tick.toLocaleString('en-US', { minimumFractionDigits: decimals }));
    },
    valueText: money,
    legend: (point) => [
      { name: 'strategy', value: money(equity[point]), tone: 'equity' },
      { name: 'buy and hold', value: money(hold[point]), tone: 'hold' },
      { name: 'since the start', value: percent(equity[point] / initialCash - 1), wide: true },
    ],
  };
}
