import { describe, expect, it } from 'vitest';
import { chartPoints, MAX_POINTS, missingRuns } from '../../../../src/reports/backtest/chart-points.ts';
import { type Series } from '../../../../src/domain/market/series.ts';
import { randomSeries } from '../../market/series-fixture.ts';

/** A long series that is cheap to build: it repeats the same bars. */
function longSeries(length: number): Series {
  const short = randomSeries(5, 1_000);
  const again = (column: Float64Array): Float64Array => Float64Array.from({ length }, (_, i) => column[i % 1_000]!);
  const time = Float64Array.from({ length }, (_, i) => short.time[0]! + i * 3_600_000);
  const [open, high, low, close] = [short.open, short.high, short.low, short.close].map(again) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { ...short, length, time, open, high, low, close, volume: open, filled: new Uint8Array(length) };
}

describe('the points of a chart', () => {
  it('are the bars up to the maximum number of points', () => {
    const series = randomSeries(1, 500);
    const points = chartPoints(series, series.close, series.open);
    expect(points).toMatchObject({ barsPerPoint: 1, close: series.close, equityLow: series.close });
  });

  it('are candles of several bars beyond it, without losing an extreme', () => {
    const length = 3 * MAX_POINTS - 1;
    const series = longSeries(length);
    const equity = series.close.slice();
    equity[123_456] = 1;
    const drawdown = new Float64Array(length);
    drawdown[200_001] = 0.7;
    const points = chartPoints(series, equity, drawdown);
    expect(points.barsPerPoint).toBe(3);
    expect(points.close).toHaveLength(MAX_POINTS);
    expect(points.close.at(-1)).toBe(series.close.at(-1));
    expect(points.open[1]).toBe(series.open[3]);
    expect(points.high[2]).toBe(Math.max(...series.high.slice(6, 9)));
    expect(points.low[2]).toBe(Math.min(...series.low.slice(6, 9)));
    expect(points.equityLow[123_456 / 3]).toBe(1);
    expect(points.equity[0]).toBe(equity[2]);
    expect(points.drawdown[Math.floor(200_001 / 3)]).toBe(0.7);
  });
});

describe('runs of missing bars', () => {
  const filled = Uint8Array.of(0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1);
  it('have the length of the gap', () => {
    expect(missingRuns(filled, 1)).toEqual([
      [1, 2],
      [6, 3],
      [11, 1],
    ]);
    expect(missingRuns(new Uint8Array(5), 1)).toEqual([]);
  });
  it('cover each point that holds one of them', () => {
    expect(missingRuns(filled, 3)).toEqual([
      [0, 1],
      [2, 2],
    ]);
    expect(missingRuns(filled, 4)).toEqual([[0, 3]]);
  });
});
