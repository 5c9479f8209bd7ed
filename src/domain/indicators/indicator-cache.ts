import { type Series } from '../market/series.ts';
import { type Operand } from './operand.ts';
import { type IndicatorColumns, type IndicatorParams } from './indicator.ts';
import { INDICATORS, requireOutput, requireParams } from './registry.ts';

/** Indicator columns of one series, each computed once. */
export interface IndicatorCache {
  readonly series: Series;
  /** One line of an indicator. @throws SpecError for an unknown indicator, line, or wrong parameters. */
  column(indicator: string, params: IndicatorParams, output?: string): Float64Array;
  /** Values of a rule's operand at every bar. */
  operand(operand: Operand): Float64Array;
}

export interface IndicatorCacheOptions {
  /**
   * Memory limit of columns computed here; the least recently used is dropped first. One line over 59,206 bars takes
   * 0.5 MB.
   */
  readonly maxBytes?: number;
  /** Columns of the same series computed elsewhere, by `indicatorKey`. */
  readonly shared?: { get(key: string): IndicatorColumns | undefined };
}

const MAX_BYTES = 256 * 2 ** 20;

/** Canonical key of an indicator with its parameters. */
export function indicatorKey(indicator: string, params: IndicatorParams): string {
  let key = indicator;
  for (const { name } of INDICATORS[indicator]!.params) key += `,${params[name]}`;
  return key;
}

export function createIndicatorCache(series: Series, options: IndicatorCacheOptions = {}): IndicatorCache {
  const { maxBytes = MAX_BYTES, shared } = options;
  const entries = new Map<string, IndicatorColumns>();
  let bytes = 0;

  const memoised = (key: string, compute: () => IndicatorColumns): IndicatorColumns => {
    const known = entries.get(key);
    if (known) {
      entries.delete(key);
      entries.set(key, known);
      return known;
    }
    const columns = compute();
    entries.set(key, columns);
    bytes += bytesOf(columns);
    for (const [oldest, dropped] of entries) {
      if (bytes <= maxBytes || oldest === key) break;
      entries.delete(oldest);
      bytes -= bytesOf(dropped);
    }
    return columns;
  };

  const column: IndicatorCache['column'] = (indicator, params, output) => {
    const definition = requireParams(indicator, params);
    const line = requireOutput(indicator, output);
    const key = indicatorKey(indicator, params);
    return (shared?.get(key) ?? memoised(key, () => definition.compute(series, params)))[line]!;
  };

  return {
    series,
    column,
    operand(operand) {
      if ('indicator' in operand) return column(operand.indicator, operand.params, operand.output);
      if ('field' in operand) return series[operand.field];
      const { value } = operand;
      return memoised(`=${value}`, () => ({ value: new Float64Array(series.length).fill(value) }))['value']!;
    },
  };
}

function bytesOf(columns: IndicatorColumns): number {
  return Object.values(columns).reduce((total, line) => total + line.byteLength, 0);
}
