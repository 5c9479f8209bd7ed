import { createIndicatorCache, type IndicatorCache } from '../indicators/indicator-cache.ts';
import { type Series } from '../market/series.ts';
import { compileRules } from '../strategies/compile-rules.ts';
import { SpecError } from '../strategies/spec-error.ts';
import { type StrategySpec } from '../strategies/spec.ts';
import { validateSpec } from '../strategies/validate-spec.ts';
import { firstSignalBar, seriesTooShort, warmupBars } from '../strategies/warmup-bars.ts';
import { walkBars, type Plan } from './walk-bars.ts';
import { type FillModel, type Simulation, type Window } from './result.ts';

/**
 * Plays a spec over the window of a series, bar by bar: the literal reading of fill-spec.md, rules 1 to 12.
 *
 * Signals are taken on the closes of the window's bars; indicators see all bars before. Nothing fills on a bar that was
 * filled in: orders wait for the next real bar's open. No rule is asked on such a bar either (live, there is no candle that
 * closes): an entry that it would have given is counted as refused. Held bars count whether real or filled in.
 *
 * @param cache columns of the same series, to be shared between simulations.
 * @throws SpecError for a spec that is not valid, or a short on a spot market.
 * @throws SeriesTooShortError when the window ends before the spec could trade once.
 * @throws RangeError for a window outside the series, or a fill model that cannot be.
 */
export function simulate(
  series: Series,
  spec: StrategySpec,
  model: FillModel,
  window: Window = { from: 0, to: series.length },
  cache: IndicatorCache = createIndicatorCache(series),
): Simulation {
  validateSpec(spec);
  requireFillModel(model);
  requireWindow(series, window);
  if (cache.series !== series) throw new RangeError('the indicator cache belongs to another series');
  if (spec.side === 'short' && model.market.kind === 'spot') {
    throw new SpecError('side', `${model.market.symbol} is a spot market: it cannot be sold short`);
  }
  const firstSignal = Math.max(window.from, firstSignalBar(spec, series));
  if (firstSignal + 2 > window.to) {
    const printed = (to: number): number => series.filled.subarray(0, to).filter((flag) => flag === 0).length;
    // One bar for the first signal, one to fill it in.
    throw seriesTooShort(spec, Math.max(warmupBars(spec), printed(window.from)) + 2, printed(window.to));
  }

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

function requireWindow(series: Series, { from, to }: Window): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= series.length) return;
  throw new RangeError(`window ${from}..${to} is not within the ${series.length} bars of the series`);
}

function requireFillModel({ market, slippageRate, initialCash }: FillModel): void {
  for (const [name, rate] of Object.entries({
    slippageRate,
    takerFeeRate: market.takerFeeRate,
    makerFeeRate: market.makerFeeRate,
  })) {
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`${name} ${rate} must be a fraction from 0 to below 1`);
  }
  if (!(initialCash > 0 && Number.isFinite(initialCash))) {
    throw new RangeError(`initialCash ${initialCash} must be above zero`);
  }
}
