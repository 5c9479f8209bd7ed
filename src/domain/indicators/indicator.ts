import { type Series } from '../market/series.ts';

/**
 * What a line measures; only lines of one unit compare. `price`: a level of the market. `price-difference`: quote
 * currency, either sign. `oscillator`: 0..100. `percent-change`, `deviations`: without unit, either sign. `volume`: base
 * units per bar. `volume-total`: a running total of them. `multiple`: a ratio, never negative.
 */
export type Unit =
  | 'price'
  | 'price-difference'
  | 'oscillator'
  | 'percent-change'
  | 'deviations'
  | 'volume'
  | 'volume-total'
  | 'multiple';

export interface IndicatorParameter {
  readonly name: string;
  /** Both included. */
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** The usual value, for people to begin with. A spec names every parameter: nothing fills one in. */
  readonly default: number;
}

export type IndicatorParams = Readonly<Record<string, number>>;
export type IndicatorColumns = Readonly<Record<string, Float64Array>>;

export interface IndicatorDefinition {
  /** Columns of the candles that it reads. */
  readonly inputs: readonly ('open' | 'high' | 'low' | 'close' | 'volume')[];
  readonly params: readonly IndicatorParameter[];
  /** Names of its lines; the first is meant when a spec names none. */
  readonly outputs: readonly string[];
  readonly unit: Unit;
  /** Index of the first bar at which all of its lines are defined. */
  warmup(params: IndicatorParams): number;
  /**
   * Index of the first bar at which none of its lines differs by 0.01 % or more from what an endless history would give;
   * `warmup` where they depend on a window only. Bars that were filled in do not count: nothing new in them displaces the
   * old. Measured by the value itself for prices, by the mean absolute value of the line for everything else.
   */
  converge(params: IndicatorParams): number;
  /** Columns aligned to the series, NaN where undefined. A value depends on its own bar and earlier ones only. */
  compute(series: Series, params: IndicatorParams): IndicatorColumns;
}

/** The usual value of every parameter. */
export function usualParams({ params }: IndicatorDefinition): IndicatorParams {
  return Object.fromEntries(params.map(({ name, default: usual }) => [name, usual]));
}
