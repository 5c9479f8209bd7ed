import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../src/adapters/threads/backtest-thread.ts';
import { valueOf } from '../../src/adapters/threads/ended.ts';
import { createIndicatorCache } from '../../src/domain/indicators/indicator-cache.ts';
import { compileRules } from '../../src/domain/strategies/compile-rules.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { IMPLEMENTATIONS } from '../fixtures/engine/implementations.ts';
import { busySpec, free } from '../unit/backtest/spec-fixture.ts';
import { anySeries, randomSeries } from '../unit/market/series-fixture.ts';

// Bug: an evaluator that ignores the spec's rules.

it.each(IMPLEMENTATIONS)('every entry of the $name follows a bar on which the entry rule held', ({ simulate }) => {
  fc.assert(
    fc.property(anySeries(150), busySpec, (series, spec) => {
      const rules = compileRules(spec, createIndicatorCache(series));
      for (const { entryTime } of simulate(series, spec, free).trades) {
        let signal = series.time.indexOf(entryTime) - 1;
        while (series.filled[signal] === 1) signal -= 1;
        expect(rules.entry(signal)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

it('specs that differ only in their rules give different trials, and one that never enters gives no trades', () => {
  const series = randomSeries(1, 300);
  const average = (period: number) => ({ indicator: 'sma', params: { period } });
  const spec = (entry: StrategySpec['entry']): StrategySpec => ({
    family: 'momentum',
    side: 'long',
    entry,
    stop: { kind: 'percent', value: 0.02 },
    target: { kind: 'percent', value: 0.02 },
    sizing: { kind: 'fraction', fraction: 0.5 },
  });
  const specs = [
    spec({ left: { field: 'close' }, op: 'crosses-above', right: average(5) }),
    spec({ left: { field: 'close' }, op: 'crosses-below', right: average(5) }),
    spec({ left: { field: 'close' }, op: 'crosses-above', right: average(20) }),
    spec({ left: { field: 'close' }, op: '<', right: { value: 0 } }),
  ];
  const items = specs.map((given) => ({ spec: given, window: { from: 0, to: 300 } }));
  const trials = valueOf(
    evaluate({ shared: new Map(), seriesKey: 'rules', series, fillModel: free, items, keepsDailyReturns: false }),
  );
  expect(trials.at(-1)).toMatchObject({ trades: 0, totalReturn: 0 });
  expect(new Set(trials.map(({ totalReturn }) => totalReturn)).size).toBe(4);
});
