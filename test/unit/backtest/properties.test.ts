import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultHash } from '../../../src/domain/backtest/result-hash.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { realBars, type Series } from '../../../src/domain/market/series.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { warmupBars } from '../../../src/domain/strategies/warmup-bars.ts';
import { HOSTILITIES, hostileSeries } from '../../fixtures/engine/hostile-series.ts';
import { anySeries, randomSeries, withOtherFuture } from '../market/series-fixture.ts';
import { IMPLEMENTATIONS } from '../../fixtures/engine/implementations.ts';
import { anySpec, busySpec, realistic } from './spec-fixture.ts';

const BARS = 150;
/** Enough bars for the warm-up of most family specs and some trades. */
const LONG = 1200;
const anyHostile = (length: number): fc.Arbitrary<Series> =>
  fc
    .record({ seed: fc.nat(), kind: fc.constantFrom(...HOSTILITIES) })
    .map(({ seed, kind }) => hostileSeries(createRng(seed), kind, length, '1h'))
    // Enough real bars for the warm-up of any of the specs.
    .filter((series) => realBars(series) > 0.55 * length);
const convergedSpec = anySpec.filter((spec) => warmupBars(spec) < LONG / 2);

describe.each(IMPLEMENTATIONS)('any simulation by the $name', ({ simulate }) => {
  /** Fills on bars before `bar`, and equity at the closes of these bars. */
  function pastOf(series: Series, spec: StrategySpec, bar: number) {
    const { trades, equity } = simulate(series, spec, realistic);
    const cut = series.time[bar]!;
    const fills = trades.filter(({ entryTime }) => entryTime < cut);
    const known = fills.map((trade) => {
      const { side, entryTime, entryPrice, quantity } = trade;
      return trade.exitTime < cut ? trade : { side, entryTime, entryPrice, quantity };
    });
    return { fills: known, equity: equity.subarray(0, bar) };
  }

  it.each([
    { name: 'busy specs', series: fc.oneof(anySeries(BARS), anyHostile(BARS)), spec: busySpec, numRuns: 100 },
    { name: 'specs of the families', series: anyHostile(LONG), spec: convergedSpec, numRuns: 60 },
  ])('sees no future: other bars from i on change no fill before i ($name)', ({ series, spec, numRuns }) => {
    let fills = 0;
    fc.assert(
      fc.property(series, spec, fc.nat(), fc.nat(), (whole, drawn, position, seed) => {
        // Cut right after a fill when there is one: later bars must not affect it.
        const filled = simulate(whole, drawn, realistic).trades.flatMap((trade) => [trade.entryTime, trade.exitTime]);
        const bars = filled.map((time) => whole.time.indexOf(time) + 1).filter((bar) => bar < whole.length);
        const bar = bars[position % Math.max(1, bars.length)] ?? 20 + (position % (whole.length - 20));
        const past = pastOf(whole, drawn, bar);
        fills += past.fills.length;
        expect(pastOf(withOtherFuture(whole, bar, seed), drawn, bar)).toEqual(past);
      }),
      { numRuns },
    );
    expect(fills).toBeGreaterThan(numRuns);
  });

  it('conserves money, never has negative cash, pays a fee for every fill', () => {
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

  it('repeats exactly, with a new or a shared cache', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const series = randomSeries(11, 5000, { gapShare: 0.05 });
        const cache = createIndicatorCache(series);
        const window = { from: 0, to: series.length };
        const first = resultHash(simulate(series, spec, realistic));
        expect(resultHash(simulate(series, spec, realistic, window, cache))).toBe(first);
        expect(resultHash(simulate(series, spec, realistic, window, cache))).toBe(first);
      }),
      { numRuns: 60 },
    );
  });

  it('has a best case of ambiguous bars that is not below the worst case', () => {
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
