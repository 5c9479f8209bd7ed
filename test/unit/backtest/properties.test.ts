import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultHash } from '../../../src/domain/backtest/result-hash.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { anySeries, randomSeries, withOtherFuture } from '../market/series-fixture.ts';
import { IMPLEMENTATIONS } from '../../fixtures/engine/implementations.ts';
import { anySpec, busySpec, realistic } from './spec-fixture.ts';

const BARS = 150;

describe.each(IMPLEMENTATIONS)('any simulation by the $name', ({ simulate }) => {
  it('sees no future: other bars from i on change no fill before i', () => {
    fc.assert(
      fc.property(
        anySeries(BARS),
        busySpec,
        fc.integer({ min: 20, max: BARS - 1 }),
        fc.nat(),
        (series, spec, bar, seed) => {
          const cut = series.time[bar]!;
          const past = (whole: typeof series): unknown => {
            const { trades, equity } = simulate(whole, spec, realistic);
            const known = trades.map((trade) =>
              trade.exitTime < cut
                ? trade
                : { entryTime: trade.entryTime, entryPrice: trade.entryPrice, quantity: trade.quantity },
            );
            return [known.filter((trade) => trade.entryTime < cut), equity.subarray(0, bar)];
          };
          expect(past(withOtherFuture(series, bar, seed))).toEqual(past(series));
        },
      ),
    );
  });

  it('conserves money, never goes below zero, pays for every fill', () => {
    let trades = 0;
    fc.assert(
      fc.property(anySeries(BARS), busySpec, (series, spec) => {
        const simulation = simulate(series, spec, realistic);
        trades += simulation.trades.length;
        const profit = simulation.trades.reduce((total, trade) => total + trade.pnl, 0);
        expect(simulation.equity.at(-1)).toBeCloseTo(realistic.initialCash + profit, 6);
        expect(Math.min(...simulation.equity)).toBeGreaterThanOrEqual(0);
        for (const trade of simulation.trades) {
          expect(trade.fees).toBeGreaterThan(0);
          expect(trade.quantity).toBeGreaterThan(0);
          expect(trade.exitTime).toBeGreaterThanOrEqual(trade.entryTime);
        }
      }),
    );
    expect(trades).toBeGreaterThan(300);
  });

  it('fills on real bars only, in order, one position at a time', () => {
    fc.assert(
      fc.property(anySeries(BARS), busySpec, (series, spec) => {
        const barMs = timeframeMs(series.timeframe);
        const isFilled = (time: number): boolean => series.filled[(time - series.time[0]!) / barMs] === 1;
        let free = -Infinity;
        for (const trade of simulate(series, spec, realistic).trades) {
          expect(isFilled(trade.entryTime)).toBe(false);
          if (trade.reason !== 'end-of-data') expect(isFilled(trade.exitTime)).toBe(false);
          expect(trade.entryTime).toBeGreaterThan(free);
          free = trade.exitTime;
        }
      }),
    );
  });

  it('is the same again, with a fresh cache or a shared one', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const series = randomSeries(11, 700, { gapShare: 0.05 });
        const cache = createIndicatorCache(series);
        const window = { from: 0, to: series.length };
        const first = resultHash(simulate(series, spec, realistic));
        expect(resultHash(simulate(series, spec, realistic, window, cache))).toBe(first);
        expect(resultHash(simulate(series, spec, realistic, window, cache))).toBe(first);
      }),
      { numRuns: 60 },
    );
  });

  it('knows that the best case of ambiguous bars is not below the worst', () => {
    let ambiguous = 0;
    fc.assert(
      fc.property(anySeries(BARS), busySpec, (series, spec) => {
        const simulation = simulate(series, spec, realistic);
        ambiguous += simulation.trades.filter((trade) => trade.ambiguous).length;
        expect(simulation.bestCaseEquity).toBeGreaterThanOrEqual(simulation.equity.at(-1)! - 0.01);
      }),
    );
    expect(ambiguous).toBeGreaterThan(10);
  });
});
