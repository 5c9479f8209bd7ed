import { createIndicatorCache, type IndicatorCache } from '../../indicators/indicator-cache.ts';
import { type Series } from '../../market/series.ts';
import { sliceSeries } from '../../market/slice-series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { compileRules } from '../../strategies/compile-rules.ts';
import { linesOf } from '../../strategies/spec-reads.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import { firstSignalBar } from '../../strategies/warmup-bars.ts';
import { type Trade } from '../result.ts';
import { evenlySpaced } from './evenly-spaced.ts';

/** Something that is not what it was when the bar closed. */
export interface LookAheadDifference {
  readonly bar: number;
  /** Open of the bar, epoch ms. */
  readonly time: number;
  /** `entry`, `exit`, or the line of an indicator: `ema(20)`, `ema(20) one bar before`. */
  readonly what: string;
  /** On the whole series, and on the one that ends with the bar. */
  readonly whole: number | boolean;
  readonly truncated: number | boolean;
}

export interface LookAheadReport {
  /** Bars at whose close an entry or exit rule holds. */
  readonly signals: number;
  /** How many of them were recomputed; those that led to a fill always are. */
  readonly recomputed: number;
  /** Bars without a signal that were recomputed as well: a signal may be missing for what comes later. */
  readonly others: number;
  /** The first of them. */
  readonly differences: readonly LookAheadDifference[];
  /** How many there are. */
  readonly differing: number;
}

export interface LookAheadOptions {
  /** Of the backtest of this spec: the signals they came from are never left out of a sample. */
  readonly trades?: readonly Trade[];
  /** What computes the indicators. */
  readonly createCache?: (series: Series) => IndicatorCache;
  /** Recompute at every signal, however long that takes. */
  readonly isExhaustive?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Bars that may be recomputed in all before signals are sampled: about five seconds for each indicator. */
const AFFORDABLE_BARS = 200_000_000;
const OTHERS = 200;
const SHOWN = 100;

/**
 * Looks for signals that knew the future: indicators and rules are recomputed on the series cut off after the bar, and
 * everything that the spec reads there must be what it is on the whole series, to the last digit. That covers an indicator
 * that peeks, one that is centred, and one that is scaled by something of the whole series.
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

  /** Everything the spec reads at a bar of a series, and what its rules say there. */
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
          if (barsBack === 1) values.set(`${name} one bar before`, column[bar - 1]!);
        }
        return values;
      },
    };
  }
}

/** All signals, or those that were filled and as many of the others, evenly spaced, as leave the work within its bounds. */
function affordable(signals: readonly number[], filled: ReadonlySet<number>): readonly number[] {
  const costOf = (bars: readonly number[]): number => bars.reduce((cost, bar) => cost + bar + 1, 0);
  const used = signals.filter((bar) => filled.has(bar));
  const unused = signals.filter((bar) => !filled.has(bar));
  const share = Math.max(0, AFFORDABLE_BARS - costOf(used)) / Math.max(1, costOf(unused));
  return share >= 1 ? signals : [...used, ...evenlySpaced(unused, Math.floor(unused.length * share))];
}

/** Bars of the signals that entries and exits by rule were filled from: a fill comes on the next bar that was printed. */
function filledFrom(trades: readonly Trade[], series: Series): ReadonlySet<number> {
  const step = timeframeMs(series.timeframe);
  const signalBefore = (time: number): number => {
    let bar = (time - series.time[0]!) / step - 1;
    while (series.filled[bar] === 1) bar -= 1;
    return bar;
  };
  return new Set(
    trades.flatMap(({ entryTime, exitTime, reason }) => [
      signalBefore(entryTime),
      ...(reason === 'signal' ? [signalBefore(exitTime)] : []),
    ]),
  );
}
