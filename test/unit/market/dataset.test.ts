import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeSince, datasetChain, datasetOf, seriesIdOf } from '../../../src/domain/market/dataset.ts';
import { monthOf } from '../../../src/domain/market/merge-columns.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { buildSeries } from '../../fixtures/build-series.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2025, 0, 30);
const BARS = 24 * 62;

/** Hourly bars of two months and some days; the bars of `missing` are filled flat. */
const hours = (missing: readonly number[] = [], symbol = 'BTC-USD'): Series =>
  buildSeries(
    symbol,
    '1h',
    Array.from({ length: BARS }, (_, i) => ({
      time: START + i * HOUR,
      open: 100,
      high: 110,
      low: 90,
      close: 100 + (i % 7),
      volume: i % 5,
    })).filter((_, i) => !missing.includes(i)),
  );

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;
const anyBar = fc.integer({ min: 1, max: BARS - 1 });

describe('the identity of data', () => {
  it('is that of the content, whatever its market is called; the series id says where it comes from', () => {
    expect(datasetOf(hours([], 'XBT-USD'))).toBe(datasetOf(hours()));
    expect(seriesIdOf('imported', hours())).toBe('imported/BTC-USD/1h');
  });

  it('has one link per calendar month', () => {
    expect(datasetChain(hours()).map(({ month, bars }) => [new Date(month).toISOString().slice(0, 7), bars])).toEqual([
      ['2025-01', 48],
      ['2025-02', 28 * 24],
      ['2025-03', 31 * 24],
      ['2025-04', 24],
    ]);
  });

  it('tells growth by any number of bars from no change', () => {
    const series = hours();
    fc.assert(
      fc.property(anyBar, (bars) => {
        const before = datasetChain(sliceSeries(series, 0, bars));
        expect(changeSince(before, series)).toEqual({ kind: 'grown', bars: BARS - bars });
        expect(changeSince(before, sliceSeries(series, 0, bars))).toEqual({ kind: 'same' });
      }),
      { numRuns: 30 },
    );
  });

  it('names the month of any correction, also of one that came with growth', () => {
    const series = hours();
    fc.assert(
      fc.property(anyBar, anyBar, fc.constantFrom(...COLUMNS), (one, other, column) => {
        const [bar, bars] = [Math.min(one, other), Math.max(one, other) + 1];
        const before = datasetChain(sliceSeries(series, 0, Math.min(bars, BARS)));
        const corrected = { ...series, [column]: series[column].with(bar, series[column][bar]! + 1) };
        expect(changeSince(before, corrected)).toEqual({ kind: 'corrected', month: monthOf(series.time[bar]!) });
      }),
      { numRuns: 50 },
    );
  });

  it('differs where a candle was missing, and where bars are gone', () => {
    const chain = datasetChain(hours());
    expect(changeSince(chain, hours([BARS - 30]))).toEqual({ kind: 'corrected', month: Date.UTC(2025, 2) });
    expect(changeSince(chain, sliceSeries(hours(), 0, 100))).toEqual({ kind: 'corrected', month: Date.UTC(2025, 1) });
    expect(changeSince(chain, sliceSeries(hours(), 1, BARS)).kind).toBe('corrected');
  });
});
