import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT_REASONS, type FillModel } from '../../../src/domain/backtest/result.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type Condition, type Distance, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { randomCases } from '../../fixtures/reference/random-cases.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { paperDifference, playOnPaper } from '../../fixtures/reference/play-on-paper.ts';
import { HOUR, MARKET, PERPETUAL } from './venue-fixtures.ts';

/** A volatile walk with jumps between bars and missing candles. */
function randomSeries(seed: number, symbol: string, wildness: number): Series {
  const rng = createRng(seed);
  const candles: Candle[] = [];
  const cents = (price: number) => Math.max(1, Math.round(price * 100) / 100);
  let price = 100;
  for (let i = 0; i < 160; i += 1) {
    const open = cents(price * Math.exp(rng.next() < 0.1 ? 0.05 * wildness * rng.normal() : 0));
    const close = cents(open * Math.exp(0.015 * wildness * rng.normal()));
    const high = cents(Math.max(open, close) * (1 + 0.01 * wildness * rng.next()));
    const low = cents(Math.min(open, close) * (1 - 0.01 * wildness * rng.next()));
    if (i === 0 || rng.next() > 0.06) candles.push({ time: i * HOUR, open, high, low, close, volume: 1 });
    price = close;
  }
  return buildSeries(symbol, '1h', candles);
}

const rsi = { indicator: 'rsi', params: { period: 5 }, output: 'value' } as const;
const sma = (period: number) => ({ indicator: 'sma', params: { period }, output: 'value' }) as const;
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    left: fc.constant(rsi),
    op: fc.constantFrom('>' as const, '<' as const, 'crosses-above' as const),
    right: fc.record({ value: fc.integer({ min: 25, max: 75 }) }),
  }),
  fc.record({
    left: fc.constant({ field: 'close' as const }),
    op: fc.constantFrom('>' as const, '<=' as const, 'crosses-below' as const),
    right: fc.integer({ min: 2, max: 20 }).map(sma),
  }),
);
const distance: fc.Arbitrary<Distance> = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), value: fc.double({ min: 0.003, max: 0.08, noNaN: true }) }),
  fc.record({
    kind: fc.constant('atr' as const),
    period: fc.integer({ min: 2, max: 5 }),
    multiple: fc.double({ min: 0.3, max: 4, noNaN: true }),
  }),
);
const spec: fc.Arbitrary<StrategySpec> = fc.record(
  {
    family: fc.constant('momentum' as const),
    side: fc.constantFrom('long' as const, 'short' as const),
    entry: condition,
    exit: condition,
    stop: distance,
    target: distance,
    trailing: distance,
    maxHoldBars: fc.integer({ min: 1, max: 12 }),
    sizing: fc.oneof(
      fc.record({ kind: fc.constant('fraction' as const), fraction: fc.constantFrom(0.0004, 0.05, 0.5, 1) }),
      fc.record({
        kind: fc.constant('volatility' as const),
        period: fc.constant(4),
        risk: fc.constantFrom(0.005, 0.02),
        cap: fc.constantFrom(0.1, 0.9),
      }),
    ),
  },
  { requiredKeys: ['family', 'side', 'entry', 'stop', 'sizing'] },
);

describe('paper venue and backtest', () => {
  it('give the same trades for random specs on random series', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        spec,
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(0, 0.0005, 0.02),
        fc.boolean(),
        fc.constantFrom(1, 10),
        (drawn, seed, slippageRate, priceImprovement, wildness) => {
          const market = drawn.side === 'short' ? PERPETUAL : MARKET;
          const model: FillModel = {
            market,
            slippageRate,
            stopRangeShare: 0.02,
            priceImprovement,
            initialCash: 10_000,
          };
          const series = randomSeries(seed, market.symbol, wildness);
          const expected = simulate(series, drawn, model);
          const difference = paperDifference(
            playOnPaper(series, drawn, model, expected.trades),
            expected,
            HOUR,
            model.initialCash,
          );
          if (difference !== null) expect.fail(difference);
          for (const { reason, ambiguous } of expected.trades) seen.add(ambiguous ? 'ambiguous' : reason);
        },
      ),
      { numRuns: 200 },
    );
    const usual = EXIT_REASONS.filter((reason) => reason !== 'liquidation');
    expect([...seen]).toEqual(expect.arrayContaining(['ambiguous', ...usual]));
  });

  it('give the same trades on hostile series, with every reason', () => {
    const seen = new Set<string>();
    for (const { simulation, series, spec, model, window, cache } of randomCases('paper', 250)) {
      const paper = playOnPaper(series, spec, model, simulation.trades, window, cache);
      const difference = paperDifference(paper, simulation, timeframeMs(series.timeframe), model.initialCash);
      if (difference !== null) expect.fail(`${difference}\n  ${JSON.stringify({ spec, model })}`);
      for (const { reason, ambiguous } of simulation.trades) seen.add(ambiguous ? `ambiguous ${reason}` : reason);
    }
    expect([...seen]).toEqual(expect.arrayContaining([...EXIT_REASONS, 'ambiguous stop', 'ambiguous trailing-stop']));
  });
});
