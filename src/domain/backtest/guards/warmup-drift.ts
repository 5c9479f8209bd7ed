import { INDICATORS } from '../../indicators/registry.ts';
import { SETTLED_DRIFT } from '../../indicators/convergence.ts';
import { SeriesTooShortError } from '../../market/series-too-short-error.ts';
import { type Series } from '../../market/series.ts';
import { sliceSeries } from '../../market/slice-series.ts';
import { linesOf, type IndicatorLine } from '../../strategies/spec-reads.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { warmupBars } from '../../strategies/warmup-bars.ts';
import { evenlySpaced } from './evenly-spaced.ts';

/** Largest error of a line after a start of `candles` candles. */
export interface StartDrift {
  /** Candles before the measured bar. */
  readonly candles: number;
  /** Fraction of the line's scale; Infinity when the line is defined from only one of the two starts. */
  readonly drift: number;
  /** Open of the worst bar, epoch ms. */
  readonly time: number;
  /** Number of measured bars. */
  readonly bars: number;
}

export interface LineDrift {
  /** `macd(12, 26, 9) signal` */
  readonly line: string;
  /** Candles until the line has a first value, and until it has settled and is defined (IndicatorDefinition). */
  readonly defined: number;
  readonly settled: number;
  /** By start length, ascending; includes the spec's warm-up. */
  readonly starts: readonly StartDrift[];
}

export interface WarmupDrift {
  /** The spec's `warmupBars`. */
  readonly warmup: number;
  /** Drift below which a line has settled. */
  readonly limit: number;
  readonly lines: readonly LineDrift[];
}

/** Number of bars measured per start length. */
const SAMPLE = 500;

/**
 * Measures how much the lines of a spec depend on where the series begins, before they have settled too. For each start length n it compares the
 * value on a series that begins n candles earlier with the value on the whole series, relative to the value itself for
 * prices and to the mean absolute value of the line for everything else. It measures bars spread evenly over the series
 * and keeps the worst.
 *
 * Only candles count, not bars filled flat. A running total (OBV) always depends on its start, but rules can compare it
 * only with another total of the same series, so its distance from its own average is measured.
 *
 * @throws SeriesTooShortError when the history before the first measurable bar is shorter than two warm-ups.
 */
export function measureWarmupDrift(series: Series, spec: StrategySpec): WarmupDrift {
  const warmup = warmupBars(spec);
  const printed = Array.from(series.filled.keys()).filter((bar) => series.filled[bar] === 0);
  if (printed.length <= 2 * warmup) {
    throw new SeriesTooShortError('to measure its drift, the warm-up of this spec', 2 * warmup + 1, printed.length);
  }
  const ranks = evenlySpaced(Array.from(printed.keys()).slice(2 * warmup), SAMPLE);
  const lines = linesOf(spec).map((line): LineDrift => {
    const { indicator, params } = line;
    const definition = INDICATORS[indicator]!;
    const [defined, settled] = [definition.unsettled.warmup(params), definition.warmup(params)];
    const reference = readingOf(series, line);
    const scale = definition.unit === 'price' ? null : meanSize(reference);
    const driftAfter = (candles: number): StartDrift | null => {
      const tried = ranks.filter((rank) => rank >= candles + warmup);
      const drifts = tried.map((rank): StartDrift => {
        const [from, bar] = [printed[rank - candles]!, printed[rank]!];
        const value = readingOf(sliceSeries(series, from, bar + 1), line).at(-1)!;
        const expected = reference[bar]!;
        const drift = relativeError(value, expected, scale ?? Math.abs(expected));
        return { candles, drift, time: series.time[bar]!, bars: tried.length };
      });
      return drifts.reduce<StartDrift | null>((a, b) => (a === null || b.drift > a.drift ? b : a), null);
    };
    const starts = startLengths(defined, settled, warmup).map(driftAfter);
    return { line: line.name, defined, settled, starts: starts.filter((start) => start !== null) };
  });
  return { warmup, limit: SETTLED_DRIFT, lines };
}

/** Drift of a line after the warm-up. */
export function driftAfterWarmup({ warmup }: WarmupDrift, { starts }: LineDrift): StartDrift {
  return starts.find(({ candles }) => candles === warmup)!;
}

/**
 * Start lengths: 1, 2, 4, ... times the defined length, up to the first beyond the warm-up, plus defined, settled and
 * warm-up lengths.
 */
function startLengths(defined: number, settled: number, warmup: number): readonly number[] {
  const lengths = new Set([defined, settled, warmup]);
  if (settled > defined) {
    for (let candles = Math.max(1, defined); candles < 2 * warmup; candles *= 2) lengths.add(candles);
  }
  return [...lengths].sort((a, b) => a - b);
}

function readingOf(series: Series, { indicator, params, output }: IndicatorLine): Float64Array {
  const { unit, outputs, unsettled } = INDICATORS[indicator]!;
  const columns = unsettled.compute(series, params);
  const column = columns[output]!;
  if (unit !== 'volume-total') return column;
  const other = columns[outputs.find((name) => name !== output)!]!;
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
