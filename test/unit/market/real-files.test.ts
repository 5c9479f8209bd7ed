import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seriesOfColumns } from '../../../src/domain/market/build-series.ts';
import { columnsOf } from '../../fixtures/columns-of.ts';
import { quickCandleColumns } from '../../../src/domain/market/quick-candle-csv.ts';
import { coverageOf } from '../../../src/domain/market/coverage.ts';
import { inferTimeframe } from '../../../src/domain/market/infer-timeframe.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { candlesOf } from './series-fixture.ts';

const need = needsRealFiles(
  ...['BTC-USD_FIVE_MINUTE.csv', 'BIP-20DEC30-CDE_ONE_MINUTE.csv', 'ETP-20DEC30-CDE_ONE_MINUTE.csv'],
);

/** Values from the README beside the files. */
describe.skipIf(need.isMissing)(need.title('the real Coinbase files'), () => {
  it.each([
    ['BTC-USD_FIVE_MINUTE.csv', '5m', 59_206, '2025-07-01T00:00:00.000Z', '2026-01-22T19:35:00.000Z', 2, 70],
    ['BIP-20DEC30-CDE_ONE_MINUTE.csv', '1m', 19_095, '2026-02-18T21:47:00.000Z', '2026-03-04T21:46:00.000Z', 702, 1065],
    [
      'ETP-20DEC30-CDE_ONE_MINUTE.csv',
      '1m',
      17_653,
      '2026-02-18T21:50:00.000Z',
      '2026-03-04T21:47:00.000Z',
      1556,
      2505,
    ],
  ])('%s', (file, timeframe, bars, from, to, gaps, missing) => {
    const { columns } = quickCandleColumns(readFileSync(realFile(file)))!;
    expect(columns).toHaveLength(bars);
    expect(inferTimeframe(columns.time)).toBe(timeframe);
    const series = seriesOfColumns(file, inferTimeframe(columns.time), columns);
    expect(new Date(series.time[0]!).toISOString()).toBe(from);
    expect(new Date(series.time.at(-1)!).toISOString()).toBe(to);
    const report = coverageOf(series);
    expect([report.gaps.length, report.missing, report.bars]).toEqual([gaps, missing, bars + missing]);
    expect(columnsOf(candlesOf(series))).toEqual(columns);
  });
});
