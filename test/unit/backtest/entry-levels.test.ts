import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryLevels } from '../../../src/domain/backtest/entry-levels.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { anySeries, seriesOf } from '../market/series-fixture.ts';
import { busySpec, free, onSignal, SIGNAL } from './spec-fixture.ts';

const tickSize = free.market.tickSize;

it('entry levels are those of the spec at the entry fill', () => {
  const series = seriesOf([
    [100, 101, 99.5, SIGNAL],
    [100, 101, 99, 100],
    [100, 101, 99, 100],
  ]);
  const [trade] = simulate(series, { ...onSignal, trailing: { kind: 'percent', value: 0.01 } }, free).trades;
  const levels = entryLevels(
    trade!,
    { ...onSignal, trailing: { kind: 'percent', value: 0.01 } },
    createIndicatorCache(series),
    tickSize,
  );
  expect(levels).toEqual({ stop: 98, target: 103, trailing: 99 });
});

it('entry levels read an ATR distance at the signal bar, also across bars filled flat', () => {
  const spec: StrategySpec = { ...onSignal, stop: { kind: 'atr', period: 2, multiple: 1 } };
  const settled = Array.from({ length: 40 }, () => [100, 102, 98, 100] as const);
  const series = seriesOf([...settled, [100, 102, 98, SIGNAL], null, [100, 140, 99, 100], [100, 101, 99, 100]]);
  const [trade] = simulate(series, spec, free).trades;
  expect(trade!.entryTime).toBe(series.time[settled.length + 2]);
  expect(entryLevels(trade!, spec, createIndicatorCache(series), tickSize).stop).toBe(96);
});

it('entry levels are the prices at which stops and targets fill, except on gaps', () => {
  fc.assert(
    fc.property(anySeries(150), busySpec, (series, spec) => {
      const cache = createIndicatorCache(series);
      for (const trade of simulate(series, spec, free).trades) {
        const bar = series.time.indexOf(trade.exitTime);
        const { stop, target } = entryLevels(trade, spec, cache, tickSize);
        if (trade.reason === 'target') expect(trade.exitPrice).toBe(target);
        const open = series.open[bar]!;
        const isGap = trade.side === 'long' ? open <= stop : open >= stop;
        if (trade.reason === 'stop' && !isGap) expect(trade.exitPrice).toBe(stop);
      }
    }),
    { numRuns: 60 },
  );
});
