import { AppError } from '../../errors.ts';
import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Series } from '../../market/series.ts';
import { type TrialMetrics } from '../metrics/trial-metrics.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { type FillModel, type Simulation, type Window } from '../result.ts';
import { createDataset } from './dataset.ts';
import { planEngineRun, type EnginePlan } from './engine-plan.ts';
import { fullSimulation } from './full-simulation.ts';
import { play } from './play.ts';
import { createRuleBitmaps } from './rule-bitmaps.ts';
import { measureTape } from './measure-tape.ts';
import { createTradeTape } from './trade-tape.ts';

/**
 * The fast engine over one series. Results equal the oracle's bit for bit: `simulate` gives the same simulation,
 * `measure` its metrics without building equity curve and trade list. Not safe for concurrent use: each thread creates
 * its own engine over the same memory.
 */
export interface Engine {
  readonly series: Series;
  /** @throws as the oracle's `simulate`. */
  measure(spec: StrategySpec, model: FillModel, window?: Window): TrialMetrics;
  /**
   * @param equity column to fill and return instead of a new one; its length must be that of the window.
   * @throws as the oracle's `simulate`.
   */
  simulate(spec: StrategySpec, model: FillModel, window?: Window, equity?: Float64Array): Simulation;
}

export interface EngineOptions {
  /** Cache of the same series, to share columns. */
  readonly cache?: IndicatorCache;
  /** Memory limit of cached rule bitmaps; one rule over 59,206 bars takes 7.4 kB. */
  readonly ruleBytes?: number;
}

const RULE_BYTES = 64 * 2 ** 20;

export function createEngine(series: Series, options: EngineOptions = {}): Engine {
  const { cache = createIndicatorCache(series), ruleBytes = RULE_BYTES } = options;
  if (cache.series !== series) throw new AppError('internal', 'the indicator cache belongs to another series');
  const dataset = createDataset(series);
  const rules = createRuleBitmaps(dataset, cache, ruleBytes);
  const tape = createTradeTape();
  const whole: Window = { from: 0, to: series.length };
  const planOf = (spec: StrategySpec, model: FillModel, window: Window): EnginePlan =>
    planEngineRun(dataset, spec, model, window, cache, rules);

  return {
    series,
    measure(spec, model, window = whole) {
      const plan = planOf(spec, model, window);
      play(plan, 'stop-first', tape);
      return measureTape(plan, tape);
    },
    simulate(spec, model, window = whole, equity = new Float64Array(window.to - window.from)) {
      const plan = planOf(spec, model, window);
      if (equity.length !== window.to - window.from) {
        throw new AppError(
          'internal',
          `an equity column of ${equity.length} bars for a window of ${window.to - window.from}`,
        );
      }
      play(plan, 'stop-first', tape);
      const worst = fullSimulation(plan, tape, equity);
      if (!worst.trades.some((trade) => trade.ambiguous)) return { ...worst, bestCaseEquity: tape.finalCash };
      play(plan, 'target-first', tape);
      return { ...worst, bestCaseEquity: tape.finalCash };
    },
  };
}
