import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLookAhead, type LookAheadReport } from '../../../src/domain/backtest/guards/look-ahead.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { createIndicatorCache, type IndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { randomSeries } from '../market/series-fixture.ts';
import { cheating, peeking } from './cheating-cache.ts';
import { busySpec, onSignal, realistic } from './spec-fixture.ts';

const series = randomSeries(21, 400, { gapShare: 0.03 });
const average = { indicator: 'sma', params: { period: 5 } } as const;
const spec: StrategySpec = {
  ...onSignal,
  entry: { left: { field: 'close' }, op: 'crosses-above', right: average },
  exit: { left: { field: 'close' }, op: '<', right: average },
};

const scaled = cheating((column) => {
  const top = column.reduce((a, b) => (b > a ? b : a), 0);
  return column.map((value) => (value * 100) / top);
});
const centred = cheating((column) =>
  column.map((value, bar) =>
    bar > 0 && bar + 1 < column.length ? (column[bar - 1]! + value + column[bar + 1]!) / 3 : value,
  ),
);

const find = (createCache?: (part: Series) => IndicatorCache): LookAheadReport =>
  findLookAhead(series, spec, {
    trades: simulate(series, spec, realistic).trades,
    ...(createCache && { createCache }),
  });

describe('the look-ahead detector', () => {
  it('finds nothing in correct indicators, at signals and at other bars', () => {
    const report = find();
    expect(report).toMatchObject({ differences: [], differing: 0 });
    expect(report.signals).toBeGreaterThan(100);
    expect(report.recomputed).toBe(report.signals);
    expect(report.others).toBeGreaterThan(50);
  });

  it('finds nothing in any spec with correct indicators', () => {
    fc.assert(
      fc.property(busySpec, (drawn) => {
        expect(findLookAhead(series, drawn).differences).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it.each([
    ['peeks at the next bar', peeking],
    ['is scaled by its highest value of all', scaled],
    ['is centred', centred],
  ])('catches an indicator that %s, with bar, time and both values', (_, createCache) => {
    const { differing, differences } = find(createCache);
    expect(differing).toBeGreaterThan(20);
    const [first] = differences;
    expect(first!.time).toBe(series.time[first!.bar]);
    expect(first!.what).toMatch(/^(entry|exit|sma\(5\)( one bar before)?)$/);
    expect(first!.whole).not.toBe(first!.truncated);
    expect(differences.some(({ what }) => what === 'sma(5)')).toBe(true);
  });

  it('samples signals beyond its budget but always includes those that were filled', () => {
    const long = randomSeries(5, 60_000, { gapShare: 0.02 });
    const everyBar: StrategySpec = { ...onSignal, entry: { left: { field: 'close' }, op: '>', right: { value: 1 } } };
    const { trades } = simulate(long, everyBar, realistic);
    const steps: number[] = [];
    const cutAfter = new Set<number>();
    const createCache = (part: Series): IndicatorCache => {
      cutAfter.add(part.length - 1);
      return createIndicatorCache(part);
    };
    const report = findLookAhead(long, everyBar, { trades, createCache, onProgress: (done) => steps.push(done) });
    expect(report.recomputed).toBeLessThan(report.signals);
    expect(report.differing).toBe(0);
    expect(steps.at(-1)).toBe(report.recomputed + report.others);
    const signalOf = (entryTime: number): number => {
      const before = long.filled.subarray(0, (entryTime - long.time[0]!) / 3_600_000);
      return before.lastIndexOf(0);
    };
    expect(trades.length).toBeGreaterThan(100);
    expect(trades.filter(({ entryTime }) => !cutAfter.has(signalOf(entryTime)))).toEqual([]);
  });
});
