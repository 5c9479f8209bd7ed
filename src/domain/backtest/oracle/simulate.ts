import { AppError } from '../../errors.ts';
import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Series } from '../../market/series.ts';
import { compileRules } from '../../strategies/compile-rules.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { walkBars, type Plan } from './walk-bars.ts';
import { requirePlayable } from '../require-playable.ts';
import { type FillModel, type Simulation, type Window } from '../result.ts';

/**
 * Simulates a spec over a window of a series, bar by bar: a literal implementation of docs/simulation-rules.md, rules 1
 * to 12. This is the oracle: it stays simple rather than fast, and `engine/` must give the same trades bit for bit.
 *
 * Signals come from the closes of the window's bars; indicators use all earlier bars too. On bars filled flat nothing
 * fills (orders wait for the open of the next real bar) and no rule is evaluated, because a live market has no candle
 * there; an entry signal on such a bar counts as rejected. Holding times count all bars, real or filled flat.
 *
 * @param cache columns of the same series, to share between simulations.
 * @throws SpecError for an invalid spec, or a short on a spot market.
 * @throws SeriesTooShortError when the window ends before the spec could trade once.
 * @throws AppError `internal` for a window outside the series, or an invalid fill model.
 */
export function simulate(
  series: Series,
  spec: StrategySpec,
  model: FillModel,
  window: Window = { from: 0, to: series.length },
  cache: IndicatorCache = createIndicatorCache(series),
): Simulation {
  const firstSignal = requirePlayable(series, spec, model, window);
  if (cache.series !== series) throw new AppError('internal', 'the indicator cache belongs to another series');
  const plan: Plan = {
    series,
    spec,
    model,
    window,
    firstSignal,
    rules: compileRules(spec, cache),
    atr: (period) => cache.column('atr', { period }),
  };
  const worst = walkBars(plan, 'stop-first');
  const isAmbiguous = worst.trades.some((trade) => trade.ambiguous);
  const best = isAmbiguous ? walkBars(plan, 'target-first') : worst;
  return { ...worst, bestCaseEquity: best.equity.at(-1)! };
}
