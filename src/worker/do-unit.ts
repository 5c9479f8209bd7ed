import { type FillSettings } from '../domain/backtest/result.ts';
import { CANDLE_FILE_WORDS } from '../domain/market/candle-file-name.ts';
import { describedMarket, type MarketSettings } from '../domain/market/described-market.ts';
import { printedPrices, type PrintedPrices } from '../domain/market/market-limits.ts';
import { type UnitThreads } from '../ports/fleet/unit-threads.ts';
import { seriesOfColumns } from '../domain/market/build-series.ts';
import { resample } from '../domain/market/resample.ts';
import { type Series } from '../domain/market/series.ts';
import { hashSpec } from '../domain/strategies/hash-spec.ts';
import { AppError, hasCode } from '../domain/errors.ts';
import { type AssignedUnit } from '../ports/fleet/worker-source.ts';
import { runUnit, type UnitRunDeps } from './run-unit.ts';
import { type SpecUnit } from '../../queues/spec-unit-schema.ts';
import { isSpecUnit, parseSpecUnit } from './spec-unit.ts';

/** Costs and limits that a unit of specs does not specify. */
export interface TradingTerms extends MarketSettings, Omit<FillSettings, 'initialCash'> {
  readonly paper: { readonly startingCash: number };
}

export interface UnitDeps extends UnitRunDeps {
  readonly threads: UnitThreads;
  readonly workerId: string;
  readonly exchange: TradingTerms;
}

/** Report of a unit, without worker id and execution time. */
export type Report = Readonly<Record<string, unknown>>;

/**
 * Executes a unit of any kind off the event loop. The seed of a search names the assignment: replicas of one search differ
 * although one worker may get several, and the Python coordinator reuses their numbers after a reset.
 * @throws AppError for a unit that cannot be executed here
 */
export async function doUnit(deps: UnitDeps, unit: AssignedUnit, signal: AbortSignal): Promise<Report> {
  const { id, params, replica, lease } = unit;
  if (isSpecUnit(params)) return doSpecs(deps, parseSpecUnit(params), signal);
  return {
    ...(await runUnit(deps, params, `unit ${id} replica ${replica} by ${deps.workerId}, lease ${lease}`, signal)),
  };
}

async function doSpecs(deps: UnitDeps, unit: SpecUnit, signal: AbortSignal): Promise<Report> {
  const { series, printed } = await seriesFor(deps, unit);
  const window = windowOf(series, unit);
  const { exchange } = deps;
  const fillModel = {
    market: describedMarket({ ...exchange, fees: unit.fees ?? exchange.fees }, unit.market, printed).market,
    slippageRate: unit.slippage_rate ?? exchange.slippageRate,
    stopRangeShare: exchange.stopRangeShare,
    priceImprovement: exchange.priceImprovement,
    initialCash: exchange.paper.startingCash,
  };
  const key = `${unit.market}/${unit.timeframe}/${series.time[0]}/${series.length}`;
  const items = unit.specs.map((spec) => ({ spec, window }));
  const metrics = await deps.threads.evaluate({ key, series, fillModel, items, keepsDailyReturns: true }, signal);
  return { spec_results: unit.specs.map((spec, i) => ({ hash: hashSpec(spec), metrics: metrics[i]! })) };
}

async function seriesFor(
  { candles }: UnitDeps,
  { market, timeframe, data_file }: SpecUnit,
): Promise<{ readonly series: Series; readonly printed: PrintedPrices }> {
  const names = data_file === undefined ? CANDLE_FILE_WORDS.map(([words]) => `${market}_${words}.csv`) : [data_file];
  // Shortest timeframe first: it can be resampled to every longer one.
  let missing: unknown;
  for (const name of names) {
    try {
      const file = await candles.read(name);
      const own = seriesOfColumns(file.symbol, file.timeframe, file.columns);
      const series = timeframe === file.timeframe ? own : resample(own, timeframe);
      return { series, printed: printedPrices(file.columns, file.fractionDigits) };
    } catch (error) {
      if (!hasCode(error, 'no-candles')) throw error;
      missing ??= error;
    }
  }
  throw missing;
}

function windowOf({ time, symbol }: Series, { window }: SpecUnit): { readonly from: number; readonly to: number } {
  const from = time.findIndex((open) => open >= window.from);
  const after = time.findIndex((open) => open >= window.to);
  const to = after === -1 ? time.length : after;
  if (from !== -1 && from < to) return { from, to };
  throw new AppError('no-candles', `${symbol} has no candles between ${window.from} and ${window.to}`);
}
