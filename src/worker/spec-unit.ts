import { z } from 'zod';
import { symbolField, timeframeField } from '../../queues/fields.ts';
import { strategySpecSchema } from '../../queues/strategy-spec-schema.ts';
import { type FillModel, type Window } from '../domain/backtest/result.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { seriesOfColumns } from '../domain/market/build-series.ts';
import { inferTimeframe } from '../domain/market/infer-timeframe.ts';
import { resample } from '../domain/market/resample.ts';
import { type Series } from '../domain/market/series.ts';
import { timeframeMs, type Timeframe } from '../domain/market/timeframe.ts';
import { type TrialMetrics } from '../domain/research/trial.ts';
import { hashSpec } from '../domain/strategies/hash-spec.ts';
import { SpecError } from '../domain/strategies/spec-error.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { validateSpec } from '../domain/strategies/validate-spec.ts';
import { type Clock } from '../ports/clock.ts';
import { errorText } from '../ports/errors.ts';
import { type FoundData, type WorkerData } from '../ports/worker-data.ts';
import { type UnitOutcome } from '../ports/worker-engine.ts';

const rate = z.number().min(0).max(0.1);
const specsParams = z.object({
  market: symbolField,
  timeframe: timeframeField,
  window: z.object({ from: z.int().min(0), to: z.int().min(1) }),
  specs: z.array(strategySpecSchema).min(1).max(1000),
  data_file: z.string().optional(),
  fees: z.object({ taker: rate, maker: z.number().min(-0.01).max(0.1) }).optional(),
  slippage_rate: rate.optional(),
});

/** What a unit may say about costs; the worker's own settings say the rest. */
export interface UnitCosts {
  readonly fees?: { readonly taker: number; readonly maker: number } | undefined;
  readonly slippage?: number | undefined;
}

export interface SpecUnitDeps {
  readonly data: WorkerData;
  readonly fillModel: (symbol: string, costs: UnitCosts) => FillModel;
  /** Same key, same series. Figures in the order of the specs. */
  readonly evaluate: (
    key: string,
    series: Series,
    fillModel: FillModel,
    items: readonly { readonly spec: StrategySpec; readonly window: Window }[],
    signal: AbortSignal,
  ) => Promise<readonly TrialMetrics[]>;
  readonly clock: Clock;
}

/** Whether a unit is of our own kind. */
export const isSpecUnit = ({ specs }: StrategyParams): boolean => Array.isArray(specs);

/** File names of a market's candles, the finest first: any of them makes every coarser timeframe. */
const LENGTHS = ['ONE_MINUTE', 'FIVE_MINUTE', 'FIFTEEN_MINUTE', 'THIRTY_MINUTE', 'ONE_HOUR', 'ONE_DAY'];

/** Bars that open within [from, to), epoch ms. */
export function windowOf(series: Series, { from, to }: { readonly from: number; readonly to: number }): Window {
  const step = timeframeMs(series.timeframe);
  const barAt = (time: number): number =>
    Math.min(series.length, Math.max(0, Math.ceil((time - series.time[0]!) / step)));
  return { from: barAt(from), to: barAt(to) };
}

/** Runs units of kind `specs` by the rules of fill-spec.md: what every worker of ours reports of the same candles is the same. */
export function createSpecUnitRunner({ data, fillModel, evaluate, clock }: SpecUnitDeps) {
  async function candlesOf(market: string, file: string | undefined): Promise<FoundData> {
    if (file !== undefined) return data.find(file);
    for (const length of LENGTHS) {
      const found = await data.find(`${market}_${length}.csv`);
      if (found.columns !== null) return found;
    }
    return { columns: null, reason: `there are no candles of ${market} in the data directories` };
  }

  function seriesOf(found: Extract<FoundData, { readonly key: string }>, market: string, timeframe: Timeframe): Series {
    const own = inferTimeframe(found.columns.time);
    const series = seriesOfColumns(market, own, found.columns);
    return own === timeframe ? series : resample(series, timeframe);
  }

  return async function runSpecUnit(params: StrategyParams, signal: AbortSignal): Promise<UnitOutcome> {
    const impossible = (reason: string): UnitOutcome => ({ is: 'impossible', reason });
    const parsed = specsParams.safeParse(params);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return impossible(`strategy_params.${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { market, timeframe, window, specs, data_file: file, fees, slippage_rate: slippage } = parsed.data;
    const startedAt = clock.now();
    const found = await candlesOf(market, file);
    if (found.columns === null) return impossible(found.reason);
    try {
      const checked = specs.map((spec) => validateSpec(spec as StrategySpec));
      const series = seriesOf(found, market, timeframe);
      const bars = windowOf(series, window);
      if (bars.from >= bars.to) return impossible('there is no candle in the window');
      const items = checked.map((spec) => ({ spec, window: bars }));
      const metrics = await evaluate(
        `${found.key}/${timeframe}`,
        series,
        fillModel(market, { fees, slippage }),
        items,
        signal,
      );
      const results = checked.map((spec, i) => ({ hash: hashSpec(spec), metrics: metrics[i]! }));
      return {
        is: 'done',
        report: {
          spec_results: results,
          execution_time: (clock.now() - startedAt) / 1000,
          actual_candles: bars.to - bars.from,
        },
      };
    } catch (error) {
      // Candles that make no series, specs that mean nothing: trying again would not help.
      if (error instanceof SpecError || error instanceof RangeError) return impossible(errorText(error));
      throw error;
    }
  };
}
