import { type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Distance, type StrategySpec } from '../../strategies/spec.ts';
import { requirePlayable } from '../require-playable.ts';
import { type FillModel, type Window } from '../result.ts';
import { type Bitmap } from './bitmap.ts';
import { type Dataset } from './dataset.ts';
import { type RuleBitmaps } from './rule-bitmaps.ts';

/** A distance read at the bar of the signal: a fraction of the entry price, or `factor` times the column there. */
export interface PlannedDistance {
  readonly factor: number;
  readonly atr: Float64Array | null;
}

/** A spec over a dataset, every name looked up. */
export interface EnginePlan {
  readonly dataset: Dataset;
  readonly spec: StrategySpec;
  readonly model: FillModel;
  readonly window: Window;
  readonly firstSignal: number;
  readonly entry: Bitmap;
  /** On real bars only; null without exit rules. */
  readonly exit: Bitmap | null;
  readonly stop: PlannedDistance;
  readonly target: PlannedDistance | null;
  readonly trailing: PlannedDistance | null;
  /** ATR of the volatility sizing; null where a fraction is committed. */
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

/** Quote currency per base unit, as `offsetAmount` of the spec's bracket. */
export function distanceAt({ factor, atr }: PlannedDistance, entryPrice: number, signal: number): number {
  return atr === null ? entryPrice * factor : factor * atr[signal]!;
}
