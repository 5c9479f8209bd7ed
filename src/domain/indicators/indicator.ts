import { type Series } from '../market/series.ts';

/**
 * Unit of a line; rules can compare only lines of the same unit. `price`: a price level. `price-difference`: quote
 * currency, either sign. `oscillator`: 0..100. `percent-change`, `deviations`: dimensionless, either sign. `volume`:
 * base units per bar. `volume-total`: a running total of volume. `multiple`: a ratio, never negative.
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
  /** Inclusive. */
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** Usual value, shown as a suggestion. Specs must give every parameter; defaults are never filled in. */
  readonly default: number;
}

export type IndicatorParams = Readonly<Record<string, number>>;
export type IndicatorColumns = Readonly<Record<string, Float64Array>>;

export interface IndicatorDefinition {
  /** Candle columns that it reads. */
  readonly inputs: readonly ('open' | 'high' | 'low' | 'close' | 'volume')[];
  readonly params: readonly IndicatorParameter[];
  /** Names of its lines; the first is used when a spec names none. */
  readonly outputs: readonly string[];
  readonly unit: Unit;
  /**
   * Real bars before the first bar where all lines are defined. Lines that depend on a window only need that window.
   * Recursive ones are undefined until they differ by less than SETTLED_DRIFT from their value on an endless history:
   * relative to the value itself for prices, and to the mean absolute value of the line for everything else. Bars
   * filled flat do not count for these, because they add no new data.
   */
  warmup(params: IndicatorParams): number;
  /**
   * Columns aligned to the series, NaN where undefined. A value may depend only on its own and earlier bars, and, where
   * it is defined, on no bar outside its window.
   */
  compute(series: Series, params: IndicatorParams): IndicatorColumns;
  /** The recursion from its first value on, to measure how it settles. For windows the same as above. */
  readonly unsettled: Pick<IndicatorDefinition, 'warmup' | 'compute'>;
}

/** Usual values of all parameters. */
export function usualParams({ params }: IndicatorDefinition): IndicatorParams {
  return Object.fromEntries(params.map(({ name, default: usual }) => [name, usual]));
}
