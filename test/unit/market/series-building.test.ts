import { describe, expect, it } from 'vitest';
import { buildSeries } from '../../fixtures/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { CoverageError, coverageOf, requireCoverage } from '../../../src/domain/market/coverage.ts';
import { inferTimeframe } from '../../../src/domain/market/infer-timeframe.ts';
import { FLAGS } from '../../../src/domain/market/series.ts';
import { resample } from '../../../src/domain/market/resample.ts';
import { seriesUntil, sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { candlesOf } from './series-fixture.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2025, 6, 1);
const at = (minute: number, close = 100 + minute): Candle => ({
  time: T0 + minute * MINUTE,
  open: close,
  high: close + 2,
  low: close - 1,
  close,
  volume: 10,
});
const minutes = (...list: number[]): Candle[] => list.map((minute) => at(minute));

describe('buildSeries', () => {
  it('fills missing bars flat at the last close, with volume 0 and a flag', () => {
    const series = buildSeries('BTC-USD', '1m', minutes(0, 1, 4));
    expect([...series.filled]).toEqual([0, 0, 1, 1, 0]);
    expect([...series.time]).toEqual([0, 1, 2, 3, 4].map((minute) => T0 + minute * MINUTE));
    for (const column of [series.open, series.high, series.low, series.close]) {
      expect([column[2], column[3]]).toEqual([101, 101]);
    }
    expect([...series.volume]).toEqual([10, 10, 0, 0, 10]);
    expect(candlesOf(series)).toEqual(minutes(0, 1, 4));
  });

  it.each([
    ['no candle', [], /at least one candle/],
    ['off the grid', [{ ...at(0), time: T0 + 1 }], /does not open on a 1m boundary/],
    ['out of order', minutes(3, 1, 4), /out of order/],
    ['twice', minutes(0, 1, 1, 2), /out of order or a duplicate/],
    ['broken', [{ ...at(0), close: NaN }], /close is not a number/],
    ['decades apart', [at(0), { ...at(1), time: T0 * 10 }], /check the times/],
  ])('refuses candles: %s', (_, candles, message) => {
    expect(() => buildSeries('X', '1m', candles)).toThrow(message);
  });
});

describe('bars in which nothing was traded', () => {
  const still = (minute: number, close = 100): Candle => ({
    time: T0 + minute * MINUTE,
    open: close,
    high: close,
    low: close,
    close,
    volume: 0,
  });

  it('are the same as missing ones: flat at the last close, flagged and counted apart', () => {
    const series = buildSeries('X', '1m', [at(0), still(1, 250), at(3), still(4, 103), at(5)]);
    const without = buildSeries('X', '1m', [at(0), at(3), at(5)]);
    expect([...series.filled]).toEqual([
      FLAGS.real,
      FLAGS.untraded,
      FLAGS.missing,
      FLAGS.real,
      FLAGS.untraded,
      FLAGS.real,
    ]);
    expect({ ...series, filled: null }).toEqual({ ...without, filled: null });
    expect(coverageOf(series)).toEqual({ ...coverageOf(without), untraded: 2 });
    expect(coverageOf(series)).toMatchObject({ missing: 3, untraded: 2, coverage: 0.5 });
    expect(() => requireCoverage(series, 0.6)).toThrow(
      'X: coverage 50.00 % is below 60.00 %: 3 of 6 bars are missing (2 of them with volume 0) in 2 gaps',
    );
  });

  it('need both: no volume and no range', () => {
    const moved = { ...at(1), volume: 0 };
    const traded = { ...still(2), volume: 1 };
    const unknown = { ...still(3), volume: NaN };
    expect([...buildSeries('X', '1m', [at(0), moved, traded, unknown]).filled]).toEqual([0, 0, 0, 0]);
  });

  it('may be the first', () => {
    const series = buildSeries('X', '1m', [still(0, 90), at(1)]);
    expect([...series.filled]).toEqual([FLAGS.untraded, FLAGS.real]);
    expect(series.close[0]).toBe(90);
  });

  it('make a longer bar only where all of its bars are flagged', () => {
    const rows = [
      at(0),
      ...[1, 2, 3, 4].map((minute) => still(minute)),
      ...[5, 6, 8, 9].map((minute) => still(minute)),
    ];
    const five = resample(buildSeries('X', '1m', [...rows, at(15), at(19)]), '5m');
    expect([...five.filled]).toEqual([FLAGS.real, FLAGS.untraded, FLAGS.missing, FLAGS.real]);
  });
});

describe('unknown volume', () => {
  it('is kept as unknown, also in longer bars, and other faults are still found', () => {
    const unknown = (minute: number): Candle => ({ ...at(minute), volume: NaN });
    const series = buildSeries('X', '1m', [0, 1, 2, 4].map(unknown));
    expect([...series.volume]).toEqual([NaN, NaN, NaN, 0, NaN]);
    expect([...resample(series, '5m').volume]).toEqual([NaN]);
    expect(() => buildSeries('X', '1m', [unknown(0), { ...unknown(1), low: 500 }])).toThrow(
      'low 500 is above high 103',
    );
  });
});

describe('coverage', () => {
  it('lists every gap and counts missing bars', () => {
    const report = coverageOf(buildSeries('X', '1m', minutes(0, 1, 4, 5, 7)));
    expect(report).toEqual({
      bars: 8,
      missing: 3,
      untraded: 0,
      coverage: 5 / 8,
      gaps: [
        { from: T0 + 2 * MINUTE, to: T0 + 3 * MINUTE, bars: 2 },
        { from: T0 + 6 * MINUTE, to: T0 + 6 * MINUTE, bars: 1 },
      ],
    });
  });

  it('refuses a series with poor coverage and names its largest gaps', () => {
    const series = buildSeries('X', '1m', minutes(0, 2, 10));
    expect(requireCoverage(series, 0.2).missing).toBe(8);
    expect(() => requireCoverage(series, 0.9)).toThrow(CoverageError);
    expect(() => requireCoverage(series, 0.9)).toThrow(
      'X: coverage 27.27 % is below 90.00 %: 8 of 11 bars are missing in 2 gaps, the largest: 7 bars from 2025-07-01T00:03:00.000Z to 2025-07-01T00:09:00.000Z',
    );
  });
});

describe('inferTimeframe', () => {
  const timesOf = (...at: number[]): Float64Array => Float64Array.from(at, (minute) => T0 + minute * 60_000);
  it('takes the most common step', () => {
    expect(inferTimeframe(timesOf(0, 5, 10, 30, 35))).toBe('5m');
  });
  it('refuses times off the grid, and too few candles', () => {
    expect(() => inferTimeframe(timesOf(0, 5, 10, 13))).toThrow(/00:13.*5m boundary/);
    expect(() => inferTimeframe(timesOf(0))).toThrow(/fewer than two/);
    expect(() => inferTimeframe(Float64Array.of(0, 1500))).toThrow(/whole minutes/);
  });
});

describe('resample', () => {
  it('drops partial buckets at both ends and aligns to the epoch', () => {
    const series = buildSeries('X', '1m', minutes(3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    const five = resample(series, '5m');
    expect(candlesOf(five)).toEqual([
      { time: T0 + 5 * MINUTE, open: 105, high: 111, low: 104, close: 109, volume: 50 },
    ]);
  });

  it('flags a bucket only when all of its bars are filled, and keeps filled bars out of its range', () => {
    const series = buildSeries('X', '1m', [
      at(0, 50),
      at(1, 50),
      at(2, 50),
      at(3, 50),
      at(4, 90),
      at(12, 60),
      at(14, 61),
    ]);
    const five = resample(series, '5m');
    expect([...five.filled]).toEqual([0, 1, 0]);
    expect([five.open[1], five.volume[1]]).toEqual([90, 0]);
    expect([five.open[2], five.high[2], five.low[2], five.close[2]]).toEqual([60, 63, 59, 61]);
  });

  it('never gives a candle before it has closed: resampling a prefix gives a prefix', () => {
    const series = buildSeries('X', '1m', minutes(...Array.from({ length: 43 }, (_, i) => i + 2)));
    const whole = resample(series, '5m');
    for (let bars = 0; bars <= series.length; bars += 1) {
      const part = resample(sliceSeries(series, 0, bars), '5m');
      expect(part).toEqual(sliceSeries(whole, 0, part.length));
      const knownAt = series.time[0]! + bars * MINUTE;
      expect(part.length === 0 || part.time.at(-1)! + 5 * MINUTE <= knownAt).toBe(true);
    }
  });

  it('refuses a timeframe that is not a multiple of its own', () => {
    const series = buildSeries('X', '5m', minutes(0, 5));
    expect(() => resample(series, '7m')).toThrow(/whole multiple/);
    expect(() => resample(series, '1m')).toThrow(/whole multiple/);
  });
});

describe('slices', () => {
  const series = buildSeries('X', '1m', minutes(0, 1, 2, 3));
  it('gives only the bars closed by a given time', () => {
    expect(seriesUntil(series, T0 - 1).length).toBe(0);
    expect(seriesUntil(series, T0 + MINUTE - 1).length).toBe(0);
    expect(seriesUntil(series, T0 + MINUTE).length).toBe(1);
    expect(seriesUntil(series, T0 + 99 * MINUTE).length).toBe(4);
  });
  it('refuses bounds outside the series', () => {
    expect(() => sliceSeries(series, 2, 5)).toThrow(AppError);
    expect(() => sliceSeries(series, 3, 2)).toThrow(AppError);
  });
});
