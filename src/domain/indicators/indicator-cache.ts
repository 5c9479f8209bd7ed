import { type Series } from '../market/series.ts';
import { type Operand } from '../strategies/spec.ts';
import { type IndicatorColumns, type IndicatorParams } from './indicator.ts';
import { requireOutput, requireParams } from './registry.ts';

/** Columns of one series, each computed once. */
export interface IndicatorCache {
  readonly series: Series;
  /** One line of an indicator. @throws SpecError for an unknown indicator, line, or wrong parameters. */
  column(indicator: string, params: IndicatorParams, output?: string): Float64Array;
  /** What an operand of a rule stands for at every bar. */
  operand(operand: Operand): Float64Array;
}

/**
 * @param maxEntries indicators (with all their lines) kept; the least recently used goes first. At 59,000 bars and two
 *   lines an entry takes about 1 MB.
 */
export function createIndicatorCache(series: Series, maxEntries = 512): IndicatorCache {
  const entries = new Map<string, IndicatorColumns>();

  const memoised = (key: string, compute: () => IndicatorColumns): IndicatorColumns => {
    const columns = entries.get(key) ?? compute();
    entries.delete(key);
    entries.set(key, columns);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
    return columns;
  };

  const column: IndicatorCache['column'] = (indicator, params, output) => {
    const definition = requireParams(indicator, params);
    const line = requireOutput(indicator, output);
    const key = `${indicator}(${definition.params.map(({ name }) => params[name]).join(',')})`;
    return memoised(key, () => definition.compute(series, params))[line]!;
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
