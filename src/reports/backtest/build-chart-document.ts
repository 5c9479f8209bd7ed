import { entryLevels } from '../../domain/backtest/entry-levels.ts';
import { underwater } from '../../domain/backtest/metrics/drawdown.ts';
import { tradeReturn } from '../../domain/backtest/metrics/trade-statistics.ts';
import { EXIT_REASONS, type Trade } from '../../domain/backtest/result.ts';
import { createIndicatorCache } from '../../domain/indicators/indicator-cache.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { type ChartDocument, type TradeColumns } from './chart-document.ts';
import { decimalsOf, encodeColumn } from './encode-column.ts';
import { chartPoints, missingRuns } from './chart-points.ts';
import { type ReportInput } from './report-input.ts';

const DRAWDOWN_DECIMALS = 6;

export function buildChartDocument(input: ReportInput): ChartDocument {
  const { series, model, simulation } = input;
  const { open, high, low, close, equity, equityLow, equityHigh, drawdown, barsPerPoint } = chartPoints(
    series,
    simulation.equity,
    underwater(simulation.equity, model.initialCash),
  );
  const priceDecimals = decimalsOf([open, high, low, close]);
  const moneyDecimals = decimalsOf([equity, equityLow, equityHigh]);
  return {
    symbol: series.symbol,
    quote: model.market.quote,
    start: series.time[0]!,
    barMs: timeframeMs(series.timeframe),
    bars: series.length,
    barsPerPoint,
    points: close.length,
    initialCash: model.initialCash,
    priceDecimals,
    open: encodeColumn(open, priceDecimals),
    high: encodeColumn(high, priceDecimals),
    low: encodeColumn(low, priceDecimals),
    close: encodeColumn(close, priceDecimals),
    equity: encodeColumn(equity, moneyDecimals),
    equityLow: barsPerPoint === 1 ? null : encodeColumn(equityLow, moneyDecimals),
    equityHigh: barsPerPoint === 1 ? null : encodeColumn(equityHigh, moneyDecimals),
    drawdown: encodeColumn(drawdown, DRAWDOWN_DECIMALS),
    missing: missingRuns(series.filled, barsPerPoint),
    reasons: EXIT_REASONS,
    trades: tradeColumns(input),
  };
}

function tradeColumns({ series, spec, model, simulation }: ReportInput): TradeColumns {
  const { trades } = simulation;
  const cache = createIndicatorCache(series);
  const levels = trades.map((trade) => entryLevels(trade, spec, cache, model.market.tickSize));
  const barMs = timeframeMs(series.timeframe);
  const barAt = (time: number): number => Math.round((time - series.time[0]!) / barMs);
  const column = <K extends keyof Trade>(name: K): readonly Trade[K][] => trades.map((trade) => trade[name]);
  return {
    long: trades.map(({ side }) => (side === 'long' ? 1 : 0)),
    entryBar: trades.map(({ entryTime }) => barAt(entryTime)),
    exitBar: trades.map(({ exitTime }) => barAt(exitTime)),
    entryPrice: column('entryPrice'),
    exitPrice: column('exitPrice'),
    quantity: column('quantity'),
    fees: column('fees'),
    pnl: column('pnl'),
    return: trades.map(tradeReturn),
    reason: trades.map(({ reason }) => EXIT_REASONS.indexOf(reason)),
    ambiguous: trades.map(({ ambiguous }) => (ambiguous ? 1 : 0)),
    stop: levels.map(({ stop }) => stop),
    target: levels.map(({ target }) => target),
    trailing: levels.map(({ trailing }) => trailing),
  };
}
