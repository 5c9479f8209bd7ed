import fc from 'fast-check';
import { buildSeries } from '../../fixtures/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { type Timeframe, timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';

export const T0 = Date.UTC(2025, 0, 1);

/** Consecutive bars as [open, high, low, close, volume = 1]; null for a missing candle. */
export function seriesOf(
  bars: readonly (readonly [number, number, number, number, number?] | null)[],
  timeframe: Timeframe = '1h',
): Series {
  const candles = bars.flatMap((bar, i): Candle[] => {
    if (bar === null) return [];
    const [open, high, low, close, volume = 1] = bar;
    return [{ time: T0 + i * timeframeMs(timeframe), open, high, low, close, volume }];
  });
  return buildSeries('TEST', timeframe, candles);
}

/** The real candles of a series, without bars filled flat. */
export function candlesOf(series: Series): Candle[] {
  const { time, open, high, low, close, volume, filled } = series;
  const candles: Candle[] = [];
  for (let i = 0; i < series.length; i += 1) {
    if (filled[i] === 1) continue;
    candles.push({
      time: time[i]!,
      open: open[i]!,
      high: high[i]!,
      low: low[i]!,
      close: close[i]!,
      volume: volume[i]!,
    });
  }
  return candles;
}

interface WalkShape {
  /** Share of missing candles. */
  readonly gapShare?: number;
  /** Size of a bar's move, fraction. */
  readonly volatility?: number;
  readonly timeframe?: Timeframe;
}

/** A seeded random walk. */
export function randomSeries(seed: number, length: number, shape: WalkShape = {}): Series {
  const { gapShare = 0, volatility = 0.01, timeframe = '1h' } = shape;
  const rng = createRng(seed);
  let close = 100;
  const candles: Candle[] = [];
  for (let i = 0; i < length; i += 1) {
    const open = close * Math.exp(rng.normal() * volatility * 0.2);
    close = open * Math.exp(rng.normal() * volatility);
    const high = Math.max(open, close) * (1 + Math.abs(rng.normal()) * volatility * 0.5);
    const low = Math.min(open, close) / (1 + Math.abs(rng.normal()) * volatility * 0.5);
    const volume = 1 + 100 * rng.next();
    const missing = i > 0 && i < length - 1 && rng.next() < gapShare;
    if (!missing) candles.push({ time: T0 + i * timeframeMs(timeframe), open, high, low, close, volume });
  }
  return buildSeries('TEST', timeframe, candles);
}

/** Arbitrary series of `length` bars, with and without gaps. */
export const anySeries = (length: number): fc.Arbitrary<Series> =>
  fc
    .record({ seed: fc.nat(), gapShare: fc.constantFrom(0, 0.05, 0.3), volatility: fc.constantFrom(0.002, 0.02, 0.08) })
    .map(({ seed, ...shape }) => randomSeries(seed, length, shape));

/** The series with every bar from `bar` on replaced by other values. */
export function withOtherFuture(series: Series, bar: number, seed: number): Series {
  const other = randomSeries(seed, series.length, { volatility: 0.05, timeframe: series.timeframe });
  const column = (name: 'open' | 'high' | 'low' | 'close' | 'volume'): Float64Array =>
    series[name].map((value, i) => (i < bar ? value : other[name][i]!));
  return {
    ...series,
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    filled: series.filled.map((value, i) => (i < bar ? value : 0)),
  };
}
