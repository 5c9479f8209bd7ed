import { AppError } from '../../errors.ts';
import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Series } from '../../market/series.ts';
import { compileRules } from '../../strategies/compile-rules.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { walkBars, type Plan } from './walk-bars.ts';
import { requirePlayable } from '../require-playable.ts';
import { type FillModel, type Simulation, type Window } from '../result.ts';

/**
 * Plays a spec over the window of a series, bar by bar: the literal reading of docs/simulation-rules.md, rules 1 to 12. This is the
 * oracle: it stays clear rather than fast, and `engine/` must give the same trades to the last bit.
 *
 * Signals are taken on the closes of the window's bars; indicators see all bars before. Nothing fills on a bar that was
 * filled in: orders wait for the next real bar's open. No rule is asked on such a bar either (live, there is no candle that
 * closes): an entry that it would have given is counted as refused. Held bars count whether real or filled in.
 *
 * @param cache columns of the same series, to be shared between simulations.
 * @throws SpecError for a spec that is not valid, or a short on a spot market.
 * @throws SeriesTooShortError when the window ends before the spec could trade once.
 * @throws AppError `internal` for a window outside the series, or a fill model that cannot be.
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
