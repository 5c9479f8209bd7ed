import { type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Distance, type StrategySpec } from '../../strategies/spec.ts';
import { requirePlayable } from '../require-playable.ts';
import { type FillModel, type Window } from '../result.ts';
import { type Bitmap } from './bitmap.ts';
import { type Dataset } from './dataset.ts';
import { type RuleBitmaps } from './rule-bitmaps.ts';

/** A distance evaluated at the signal's bar: a fraction of the entry price, or `factor` times the ATR column. */
export interface PlannedDistance {
  readonly factor: number;
  readonly atr: Float64Array | null;
}

/** A spec bound to a dataset, with all columns and rules resolved. */
export interface EnginePlan {
  readonly dataset: Dataset;
  readonly spec: StrategySpec;
  readonly model: FillModel;
  readonly window: Window;
  readonly firstSignal: number;
  readonly entry: Bitmap;
  /** Real bars only; null without exit rules. */
  readonly exit: Bitmap | null;
  readonly stop: PlannedDistance;
  readonly target: PlannedDistance | null;
  readonly trailing: PlannedDistance | null;
  /** ATR for volatility sizing; null for a fixed fraction. */
  readonly sizingAtr: Float64Array | null;
}

/** @throws as `simulate`. */
export function planEngineRun(
  dataset: Dataset,
  spec: StrategySpec,
  model: FillModel,
  window: Window,
  cache: IndicatorCache,
  rules: RuleBitmaps,
): EnginePlan {
  const firstSignal = requirePlayable(dataset.series, spec, model, window);
  const atrOf = (period: number): Float64Array => cache.column('atr', { period });
  const planned = (distance: Distance): PlannedDistance =>
    distance.kind === 'percent'
      ? { factor: distance.value, atr: null }
      : { factor: distance.multiple, atr: atrOf(distance.period) };
  return {
    dataset,
    spec,
    model,
    window,
    firstSignal,
    entry: rules.entry(spec.entry),
    exit: spec.exit ? rules.exit(spec.exit) : null,
    stop: planned(spec.stop),
    target: spec.target ? planned(spec.target) : null,
    trailing: spec.trailing ? planned(spec.trailing) : null,
    sizingAtr: spec.sizing.kind === 'volatility' ? atrOf(spec.sizing.period) : null,
  };
}

/** Distance in quote currency per base unit, equal to `offsetAmount` of the spec's bracket. */
export function distanceAt({ factor, atr }: PlannedDistance, entryPrice: number, signal: number): number {
  return atr === null ? entryPrice * factor : factor * atr[signal]!;
}
