import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { lastRealBefore, type Series } from '../../market/series.ts';
import { sliceSeries } from '../../market/slice-series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { compileRules } from '../../strategies/compile-rules.ts';
import { linesOf } from '../../strategies/spec-reads.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { firstSignalBar } from '../../strategies/warmup-bars.ts';
import { type Trade } from '../result.ts';
import { evenlySpaced } from './evenly-spaced.ts';

/** A value that differs from the value known when the bar closed. */
export interface LookAheadDifference {
  readonly bar: number;
  /** Open of the bar, epoch ms. */
  readonly time: number;
  /** `entry`, `exit`, or the line of an indicator: `ema(20)`, `ema(20) one bar before`. */
  readonly what: string;
  /** Value on the whole series, and on the series that ends with the bar. */
  readonly whole: number | boolean;
  readonly truncated: number | boolean;
}

export interface LookAheadReport {
  /** Bars at whose close an entry or exit rule holds. */
  readonly signals: number;
  /** Number of signals recomputed; those that led to a fill are always included. */
  readonly recomputed: number;
  /** Bars without a signal that were recomputed too: later data may also suppress a signal. */
  readonly others: number;
  /** The first differences. */
  readonly differences: readonly LookAheadDifference[];
  /** Total number of differences. */
  readonly differing: number;
}

export interface LookAheadOptions {
  /** Trades of this spec's backtest; the signals behind them are always recomputed. */
  readonly trades?: readonly Trade[];
  /** Computes the indicators. */
  readonly createCache?: (series: Series) => IndicatorCache;
  /** Recompute every signal, without a time limit. */
  readonly isExhaustive?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Budget of recomputed bars before signals are sampled: about five seconds per indicator. */
const AFFORDABLE_BARS = 200_000_000;
const OTHERS = 200;
const SHOWN = 100;

/**
 * Detects look-ahead: recomputes indicators and rules on the series cut off after each tested bar. Every value that the
 * spec reads there must be bit for bit equal to its value on the whole series. This finds indicators that read later
 * bars, centred indicators, and those scaled by a property of the whole series.
 */
export function findLookAhead(
  series: Series,
  spec: StrategySpec,
  { trades = [], createCache = createIndicatorCache, isExhaustive = false, onProgress }: LookAheadOptions = {},
): LookAheadReport {
  const whole = readerOf(series);
  const signals: number[] = [];
  const quiet: number[] = [];
  for (let bar = firstSignalBar(spec, series); bar < series.length; bar += 1) {
    if (series.filled[bar] === 0) (whole.rules.entry(bar) || whole.rules.exit(bar) ? signals : quiet).push(bar);
  }
  const chosen = isExhaustive ? signals : affordable(signals, filledFrom(trades, series));
  const others = evenlySpaced(quiet, OTHERS);

  const differences: LookAheadDifference[] = [];
  let differing = 0;
  const bars = [...chosen, ...others].sort((a, b) => a - b);
  for (const [i, bar] of bars.entries()) {
    const then = readerOf(sliceSeries(series, 0, bar + 1)).at(bar);
    for (const [what, value] of whole.at(bar)) {
      const truncated = then.get(what)!;
      if (Object.is(value, truncated) || value === truncated) continue;
      differing += 1;
      if (differences.length < SHOWN) differences.push({ bar, time: series.time[bar]!, what, whole: value, truncated });
    }
    onProgress?.(i + 1, bars.length);
  }
  return { signals: signals.length, recomputed: chosen.length, others: others.length, differences, differing };

  /** Reads all values of the spec, and the results of its rules, at a bar of a series. */
  function readerOf(part: Series) {
    const cache = createCache(part);
    const rules = compileRules(spec, cache);
    const lines = linesOf(spec).map((line) => ({
      ...line,
      column: cache.column(line.indicator, line.params, line.output),
    }));
    return {
      rules,
      at(bar: number): ReadonlyMap<string, number | boolean> {
        const values = new Map<string, number | boolean>([
          ['entry', rules.entry(bar)],
          ['exit', rules.exit(bar)],
        ]);
        for (const { name, column, barsBack } of lines) {
          values.set(name, column[bar]!);
          if (barsBack === 1) values.set(`${name} one bar before`, column[lastRealBefore(part, bar)]!);
        }
        return values;
      },
    };
  }
}

/** All signals if they fit the budget; else the filled ones plus an evenly spaced sample of the others. */
function affordable(signals: readonly number[], filled: ReadonlySet<number>): readonly number[] {
  const costOf = (bars: readonly number[]): number => bars.reduce((cost, bar) => cost + bar + 1, 0);
  const used = signals.filter((bar) => filled.has(bar));
  const unused = signals.filter((bar) => !filled.has(bar));
  const share = Math.max(0, AFFORDABLE_BARS - costOf(used)) / Math.max(1, costOf(unused));
  return share >= 1 ? signals : [...used, ...evenlySpaced(unused, Math.floor(unused.length * share))];
}

/** Bars of the signals behind fills by rule: a fill comes on the next real bar after its signal. */
function filledFrom(trades: readonly Trade[], series: Series): ReadonlySet<number> {
  const step = timeframeMs(series.timeframe);
  const signalBefore = (time: number): number => {
    return lastRealBefore(series, (time - series.time[0]!) / step);
  };
  return new Set(
    trades.flatMap(({ entryTime, exitTime, reason }) => [
      signalBefore(entryTime),
      ...(reason === 'signal' ? [signalBefore(exitTime)] : []),
    ]),
  );
}
