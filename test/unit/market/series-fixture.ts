import fc from 'fast-check';
import { buildSeries } from '../../../src/domain/market/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { type Timeframe, timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';

export const T0 = Date.UTC(2025, 0, 1);

/** Bars as [open, high, low, close, volume = 1], one after the other; null where the exchange printed nothing. */
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

interface WalkShape {
  /** Share of candles that are missing. */
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

/**
 * What no market should do but some do: flat stretches, no volume for hours, moves of a hundred times, prices that stand
 * exactly where they stood, bars that open far from the close before, gaps.
 */
export const hostileSeries = (length: number): fc.Arbitrary<Series> => fc.nat().map((seed) => hostile(seed, length));

function hostile(seed: number, length: number): Series {
  const rng = createRng(seed);
  const ticks = (price: number): number => Math.max(0.5, Math.round(price * 2) / 2);
  const candles: Candle[] = [];
  let close = 100;
  let mood = 'lively';
  for (let i = 0; i < length; i += 1) {
    if (rng.next() < 0.05) mood = rng.pick(['lively', 'lively', 'flat', 'dead', 'wild', 'missing']);
    const move = { lively: 0.02, wild: 0.4 }[mood] ?? 0;
    const jump = mood === 'wild' && rng.next() < 0.02 ? rng.pick([0.01, 100]) : 1;
    const open =
      mood === 'lively' || mood === 'wild' ? ticks(close * jump * Math.exp(move * rng.normal() * 0.3)) : close;
    close = Math.min(1e7, ticks(open * Math.exp(move * rng.normal())));
    const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
    const high = ticks(top * (1 + move * rng.next()));
    const low = Math.min(bottom, ticks(bottom * (1 - move * rng.next() * 0.9)));
    const volume = mood === 'dead' ? 0 : Math.round(10 * rng.next());
    if (mood !== 'missing' || i === 0 || i === length - 1)
      candles.push({ time: T0 + i * timeframeMs('1h'), open, high: Math.max(top, high), low, close, volume });
  }
  return buildSeries('TEST', '1h', candles);
}

/** The same series with every bar from `bar` on replaced by something else. */
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
