/** @import { Model } from './model.js' */
/** @import { Panel } from './panel.js' */
import { percent } from '../dashboard/format.js';
import { tradeAt, tradesWithin } from './model.js';
import { percentTexts, strokeLevel } from './panel.js';

/** The return of each trade at its exit. @param {Model} model @returns {Panel} */
export function returnsPanel({ trades }) {
  return {
    title: 'Trades',
    share: 0.14,
    canBeLog: false,
    bounds({ range: { from, to } }) {
      const returns = tradesWithin(trades, from, to).map((trade) => trade.return);
      return returns.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
        low: -0.001,
        high: 0.001,
      });
    },
    paint(plot) {
      const { ctx, from, to, x, scale, colours, perPoint } = plot;
      const width = Math.max(1.5, Math.min(5, perPoint));
      const zero = scale.y(0);
      for (const trade of tradesWithin(trades, from, to)) {
        const y = scale.y(trade.return);
        ctx.fillStyle = trade.pnl > 0 ? colours.gain : colours.loss;
        ctx.fillRect(x(trade.exit + 0.5) - width / 2, Math.min(zero, y), width, Math.max(1, Math.abs(y - zero)));
      }
      strokeLevel(plot, 0, colours.muted);
    },
    tickTexts: percentTexts,
    valueText: (value) => percent(value),
    legend(point) {
      const trade = tradeAt(trades, point, 0);
      if (trade === null) return [{ name: 'no position', value: '' }];
      return [{ name: `#${trade.number}`, value: percent(trade.return), tone: trade.pnl > 0 ? 'gain' : 'loss' }];
    },
  };
}
