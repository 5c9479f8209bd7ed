import { candleColumnsFile } from '../../../fixtures/candle-columns-file.ts';
import { sliceColumns } from '../../../../src/domain/market/candle-columns.ts';
import { describe, expect, it } from 'vitest';
import { commonSpan, contentName, timeframeFor } from '../../../../src/cli/process/choose-market-source.ts';
import { type Candle } from '../../../../src/domain/market/candle.ts';
import { timeframeMs, type Timeframe } from '../../../../src/domain/market/timeframe.ts';
import { type CandleColumnsFile } from '../../../../src/ports/candle-files.ts';
import { describeCandles, type CandleReport } from '../../../../src/adapters/candle-files/import-candles.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2025, 0, 1);

/** A file of `count` candles; the first opens `offset` ms after the start. */
function file(symbol: string, timeframe: Timeframe, count: number, offset = 0): CandleColumnsFile {
  const candles = Array.from({ length: count }, (_, i): Candle => {
    const time = START + offset + i * timeframeMs(timeframe);
    return { time, open: 100, high: 101, low: 99, close: 100 + (i % 2), volume: 5 };
  });
  return candleColumnsFile(symbol, timeframe, candles);
}
const report = (...args: Parameters<typeof file>): CandleReport => describeCandles(file(...args));

describe('the timeframe of a cycle', () => {
  it('is the preferred one when there are enough candles of it', () => {
    expect(timeframeFor([report('BTC-USD', '5m', 12_013)], '1h')).toBe('1h');
  });

  it('is otherwise the longest shorter one with enough candles', () => {
    expect(timeframeFor([report('BTC-USD', '5m', 11_000)], '1h')).toBe('30m');
    expect(timeframeFor([report('BTC-USD', '5m', 4000)], '1h')).toBe('15m');
    expect(timeframeFor([report('BTC-USD', '1m', 1500)], '1h')).toBe('1m');
  });

  it('is the shortest one when there are never enough', () => {
    expect(timeframeFor([report('BTC-USD', '5m', 200)], '1h')).toBe('5m');
  });

  it("is a multiple of every file's timeframe, over their common period", () => {
    const files = [report('BTC-USD', '5m', 12_013), report('ETH-USD', '15m', 4100)];
    expect(timeframeFor(files, '1h')).toBe('1h');
    expect(timeframeFor([report('BTC-USD', '5m', 12_013), report('ETH-USD', '15m', 1200)], '1h')).toBe('15m');
  });

  it("is the files' own when the preferred one cannot be made of them", () => {
    expect(timeframeFor([report('BTC-USD', '1d', 100)], '1h')).toBe('1d');
    expect(timeframeFor([report('BTC-USD', '2h', 100), report('ETH-USD', '4h', 100)], '1h')).toBe('4h');
  });

  it('is the preferred one when no other fits; a later check reports the error', () => {
    expect(timeframeFor([report('BTC-USD', '2h', 100), report('ETH-USD', '3h', 100)], '1h')).toBe('1h');
  });
});

describe('the common period of files', () => {
  it('begins with the latest start and ends with the earliest end, on candle boundaries', () => {
    const files = [report('BTC-USD', '5m', 60, 25 * 60_000), report('ETH-USD', '1m', 600)];
    // From 00:25 to 05:25, and from 00:00 to 10:00.
    expect(commonSpan(files, '1h')).toEqual({ from: START + HOUR, to: START + 5 * HOUR });
    expect(commonSpan(files, '5m')).toEqual({ from: START + 25 * 60_000, to: START + 325 * 60_000 });
  });

  it('counts the last candle to its close', () => {
    expect(commonSpan([report('BTC-USD', '1h', 2)], '1h')).toEqual({ from: START, to: START + 2 * HOUR });
  });

  it.each([
    ['hardly meet', [report('BTC-USD', '1h', 10), report('ETH-USD', '1h', 10, 9 * HOUR)]],
    ['do not meet at all', [report('BTC-USD', '1h', 10), report('ETH-USD', '1h', 10, 100 * HOUR)]],
    ['are shorter than two candles', [report('BTC-USD', '1m', 119)]],
  ])('is refused where files %s', (_, files) => {
    expect(() => commonSpan(files, '1h')).toThrow('the files have less than two candles of 1h in common');
  });
});

describe('the content name of files', () => {
  const [btc, eth] = [file('BTC-USD', '1h', 5), file('ETH-USD', '1h', 5)];

  it('depends on the candles, not on paths or order', () => {
    const name = contentName([btc, eth]);
    expect(name).toMatch(/^files-[0-9a-f]{16}$/);
    expect(contentName([{ ...eth, path: 'elsewhere.csv' }, btc])).toBe(name);
  });

  it('changes with any candle', () => {
    const { columns } = btc;
    const changed = { ...btc, columns: { ...columns, close: columns.close.with(0, 100.5) } };
    const shorter = { ...btc, columns: sliceColumns(columns, 1, columns.length) };
    const names = [[btc], [eth], [changed], [shorter], [btc, eth]].map(contentName);
    expect(new Set(names).size).toBe(names.length);
  });
});
