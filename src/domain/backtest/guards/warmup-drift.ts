import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { INDICATORS } from '../../indicators/registry.ts';
import { CONVERGED_DRIFT } from '../../indicators/convergence.ts';
import { SeriesTooShortError } from '../../market/series-too-short-error.ts';
import { type Series } from '../../market/series.ts';
import { sliceSeries } from '../../market/slice-series.ts';
import { linesOf, type IndicatorLine } from '../../strategies/spec-reads.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { warmupBars } from '../../strategies/warmup-bars.ts';
import { evenlySpaced } from './evenly-spaced.ts';

/** How far a line is off after a start of so many candles, at worst. */
export interface StartDrift {
  /** Candles before the bar that is looked at. */
  readonly candles: number;
  /** Fraction of the line's scale; Infinity where the line is defined from one of the two starts only. */
  readonly drift: number;
  /** Open of the worst bar, epoch ms. */
  readonly time: number;
  /** How many bars were looked at. */
  readonly bars: number;
}

export interface LineDrift {
  /** `macd(12, 26, 9) signal` */
  readonly line: string;
  /** Candles after which the line is defined, and after which it has settled (IndicatorDefinition). */
  readonly defined: number;
  readonly settled: number;
  /** By start length, ascending; the warm-up of the spec is one of them. */
  readonly starts: readonly StartDrift[];
}

export interface WarmupDrift {
  /** Of the spec: `warmupBars`. */
  readonly warmup: number;
  /** Fraction below which a line has settled. */
  readonly limit: number;
  readonly lines: readonly LineDrift[];
}

/** Bars at which each start length is tried. */
const SAMPLE = 500;

/**
 * How much the lines that a spec reads depend on where the series begins: their value on a series that begins n candles
 * earlier, against their value on all of the series, relative to the value itself for prices and to the mean absolute
 * value of the line for everything else. Tried at bars spread evenly over the series, the worst of them counts.
 *
 * Candles are counted, not bars that were filled in. A running total (OBV) never forgets where it began, but rules can
 * only compare it with another total of the same series: its distance from its own average is what is measured.
 *
 * @throws SeriesTooShortError when there is not a second warm-up of history before the first bar that could be tried.
 */
export function measureWarmupDrift(series: Series, spec: StrategySpec): WarmupDrift {
  const warmup = warmupBars(spec);
  const printed = Array.from(series.filled.keys()).filter((bar) => series.filled[bar] === 0);
  if (printed.length <= 2 * warmup) {
    throw new SeriesTooShortError('to measure its drift, the warm-up of this spec', 2 * warmup + 1, printed.length);
  }
  const ranks = evenlySpaced(Array.from(printed.keys()).slice(2 * warmup), SAMPLE);
  const whole = createIndicatorCache(series);

  const lines = linesOf(spec).map((line): LineDrift => {
    const { indicator, params } = line;
    const definition = INDICATORS[indicator]!;
    const [defined, converged] = [definition.warmup(params), definition.converge(params)];
    const reference = readingOf(whole, line);
    const scale = definition.unit === 'price' ? null : meanSize(reference);
    const driftAfter = (candles: number): StartDrift | null => {
      const tried = ranks.filter((rank) => rank >= candles + warmup);
      const drifts = tried.map((rank): StartDrift => {
        const [from, bar] = [printed[rank - candles]!, printed[rank]!];
        const value = readingOf(createIndicatorCache(sliceSeries(series, from, bar + 1)), line).at(-1)!;
        const expected = reference[bar]!;
        const drift = relativeError(value, expected, scale ?? Math.abs(expected));
        return { candles, drift, time: series.time[bar]!, bars: tried.length };
      });
      return drifts.reduce<StartDrift | null>((a, b) => (a === null || b.drift > a.drift ? b : a), null);
    };
    const starts = startLengths(defined, converged, warmup).map(driftAfter);
    return { line: line.name, defined, settled: converged, starts: starts.filter((start) => start !== null) };
  });
  return { warmup, limit: CONVERGED_DRIFT, lines };
}

/** How far a line is off after the warm-up. */
export function driftAfterWarmup({ warmup }: WarmupDrift, { starts }: LineDrift): StartDrift {
  return starts.find(({ candles }) => candles === warmup)!;
}

/** 1, 2, 4, ... times what a line needs to be defined, up to the first beyond the warm-up, and what was chosen. */
function startLengths(defined: number, converged: number, warmup: number): readonly number[] {
  const lengths = new Set([defined, converged, warmup]);
  if (converged > defined) {
    for (let candles = Math.max(1, defined); candles < 2 * warmup; candles *= 2) lengths.add(candles);
  }
  return [...lengths].sort((a, b) => a - b);
}

function readingOf(cache: IndicatorCache, { indicator, params, output }: IndicatorLine): Float64Array {
  const column = cache.column(indicator, params, output);
  const { unit, outputs } = INDICATORS[indicator]!;
  if (unit !== 'volume-total') return column;
  const other = cache.column(
    indicator,
    params,
    outputs.find((name) => name !== output),
  );
  return column.map((value, i) => value - other[i]!);
}

function meanSize(column: Float64Array): number {
  const sizes = column.filter((value) => !Number.isNaN(value)).map(Math.abs);
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

function relativeError(value: number, expected: number, scale: number): number {
  if (Number.isNaN(value) && Number.isNaN(expected)) return 0;
  const error = Math.abs(value - expected);
  if (error === 0) return 0;
  return Number.isNaN(error) ? Infinity : error / scale;
}
