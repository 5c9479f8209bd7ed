/** @import { ChartDocument } from '../../src/reports/backtest/chart-document.ts' */
import { decodeColumn } from './column.js';

/**
 * @typedef {object} Trade
 * @property {number} number counts from 1
 * @property {boolean} long
 * @property {number} entry point of the chart in which the entry filled
 * @property {number} exit
 * @property {number} bars held
 * @property {number} entryTime open of the bar, epoch ms
 * @property {number} exitTime
 * @property {number} entryPrice
 * @property {number} exitPrice
 * @property {number} quantity
 * @property {number} fees
 * @property {number} pnl
 * @property {number} return fraction of the entry's notional
 * @property {string} reason
 * @property {boolean} ambiguous
 * @property {number} stop
 * @property {number | null} target
 * @property {number | null} trailing
 */

/** @typedef {ReturnType<typeof modelOf>} Model */

/** Decodes the chart document. @param {ChartDocument} document */
export function modelOf(document) {
  const { points, start, barMs, barsPerPoint, initialCash } = document;
  const column = (/** @type {import('../../src/reports/backtest/chart-document.ts').EncodedColumn} */ encoded) =>
    decodeColumn(encoded, points);
  const open = column(document.open);
  const close = column(document.close);
  const equity = column(document.equity);
  return {
    symbol: document.symbol,
    quote: document.quote,
    points,
    barsPerPoint,
    barMs,
    pointMs: barMs * barsPerPoint,
    priceDecimals: document.priceDecimals,
    initialCash,
    missing: document.missing,
    open,
    high: column(document.high),
    low: column(document.low),
    close,
    equity,
    equityLow: document.equityLow ? column(document.equityLow) : equity,
    equityHigh: document.equityHigh ? column(document.equityHigh) : equity,
    drawdown: column(document.drawdown),
    /** Value of the starting cash when invested at the first open, without costs. */
    hold: close.map((price) => (initialCash * price) / open[0]),
    trades: tradesOf(document),
    /** Formats a price with the decimals of the candles. @param {number} value */
    price: (value) =>
      value.toLocaleString('en-US', {
        minimumFractionDigits: document.priceDecimals,
        maximumFractionDigits: document.priceDecimals,
      }),
    /** Time of a point, epoch ms. @param {number} point may be fractional */
    timeAt: (point) => start + point * barMs * barsPerPoint,
  };
}

/** @param {ChartDocument} document @returns {Trade[]} sorted by time */
function tradesOf({ trades, reasons, start, barMs, barsPerPoint }) {
  return trades.entryBar.map((entryBar, i) => ({
    number: i + 1,
    long: trades.long[i] === 1,
    entry: Math.floor(entryBar / barsPerPoint),
    exit: Math.floor(trades.exitBar[i] / barsPerPoint),
    bars: trades.exitBar[i] - entryBar,
    entryTime: start + entryBar * barMs,
    exitTime: start + trades.exitBar[i] * barMs,
    entryPrice: trades.entryPrice[i],
    exitPrice: trades.exitPrice[i],
    quantity: trades.quantity[i],
    fees: trades.fees[i],
    pnl: trades.pnl[i],
    return: trades.return[i],
    reason: reasons[trades.reason[i]],
    ambiguous: trades.ambiguous[i] === 1,
    stop: trades.stop[i],
    target: trades.target[i],
    trailing: trades.trailing[i],
  }));
}

/** Trades that overlap points [from, to). @param {Trade[]} trades @param {number} from @param {number} to */
export function tradesWithin(trades, from, to) {
  let first = 0;
  let beyond = trades.length;
  while (first < beyond) {
    const middle = (first + beyond) >> 1;
    if (trades[middle].exit + 1 <= from) first = middle + 1;
    else beyond = middle;
  }
  let end = first;
  while (end < trades.length && trades[end].entry < to) end += 1;
  return trades.slice(first, end);
}

/**
 * The trade at a point, or the nearest one within `tolerance` points.
 * @param {Trade[]} trades @param {number} point @param {number} tolerance
 */
export function tradeAt(trades, point, tolerance) {
  const distance = (/** @type {Trade} */ trade) => Math.max(trade.entry - point, point - trade.exit, 0);
  const [first, ...rest] = tradesWithin(trades, point - tolerance, point + tolerance + 1);
  if (first === undefined) return null;
  return rest.reduce((best, trade) => (distance(trade) < distance(best) ? trade : best), first);
}
