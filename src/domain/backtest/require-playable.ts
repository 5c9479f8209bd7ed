import { AppError } from '../errors.ts';
import { realBars, type Series } from '../market/series.ts';
import { SpecError } from '../spec-error.ts';
import { type StrategySpec } from '../strategies/spec.ts';
import { validateSpec } from '../strategies/validate-spec.ts';
import { volumeFault } from '../strategies/volume-fault.ts';
import { firstSignalBar, seriesTooShort, warmupBars } from '../strategies/warmup-bars.ts';
import { type FillModel, type Window } from './result.ts';

/**
 * Checks that a spec can be simulated over the window. Returns the first bar whose close may give a signal.
 * @throws SpecError for an invalid spec, a short on a spot market, or a rule on volume that is unknown.
 * @throws SeriesTooShortError when the window ends before the spec could trade once.
 * @throws AppError `internal` for a window outside the series, or an invalid fill model.
 */
export function requirePlayable(series: Series, spec: StrategySpec, model: FillModel, window: Window): number {
  validateSpec(spec);
  requireFillModel(model);
  requireWindow(series, window);
  if (spec.side === 'short' && model.market.kind === 'spot') {
    throw new SpecError('side', `${model.market.symbol} is a spot market: it cannot be sold short`);
  }
  const fault = volumeFault(spec, series);
  if (fault !== null) throw fault;
  const firstSignal = Math.max(window.from, firstSignalBar(spec, series));
  if (firstSignal + 2 > window.to) {
    // One bar for the first signal, one for its fill.
    throw seriesTooShort(
      spec,
      Math.max(warmupBars(spec), realBars(series, 0, window.from)) + 2,
      realBars(series, 0, window.to),
    );
  }
  return firstSignal;
}

function requireWindow(series: Series, { from, to }: Window): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= series.length) return;
  throw new AppError('internal', `window ${from}..${to} is not within the ${series.length} bars of the series`);
}

function requireFillModel({ market, slippageRate, stopRangeShare, initialCash }: FillModel): void {
  requireRate('slippageRate', slippageRate);
  requireRate('stopRangeShare', stopRangeShare);
  requireRate('takerFeeRate', market.takerFeeRate);
  requireRate('makerFeeRate', market.makerFeeRate);
  if (!(initialCash > 0 && Number.isFinite(initialCash))) {
    throw new AppError('internal', `initialCash ${initialCash} must be above zero`);
  }
}

function requireRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new AppError('internal', `${name} ${rate} must be a fraction from 0 to below 1`);
}
