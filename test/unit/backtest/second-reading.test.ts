import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import {
  EXIT_REASONS,
  REJECTED_SIGNAL_REASONS,
  type FillModel,
  type Simulation,
  type Trade,
} from '../../../src/domain/backtest/result.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { SeriesTooShortError } from '../../../src/domain/market/series-too-short-error.ts';
import { createRng, type Rng } from '../../../src/domain/random/rng.ts';
import { drawSpec } from '../../fixtures/engine/any-spec.ts';
import { HOSTILITIES, hostileSeries } from '../../fixtures/engine/hostile-series.ts';
import { compareReadings, expectSameReading } from '../../fixtures/reference/compare-readings.ts';
import { market } from './spec-fixture.ts';

function modelOf(rng: Rng): FillModel {
  const feeRate = rng.pick([0, 0.0006, 0.012, 0.2]);
  return {
    market: {
      ...market,
      tickSize: rng.pick([1e-8, 0.01, 0.25, 1]),
      stepSize: rng.pick([1e-8, 0.01, 1]),
      minNotional: rng.pick([1, 1, 900]),
      takerFeeRate: feeRate,
      makerFeeRate: feeRate / 2,
    },
    slippageRate: rng.pick([0, 0.0005, 0.03]),
    stopRangeShare: rng.pick([0, 0.02, 0.3]),
    priceImprovement: rng.next() < 0.3,
    initialCash: rng.pick([50, 1000, 1e6]),
  };
}

/** Plays `cases` random specs and hands each simulation to `check`. */
function playMany(label: string, cases: number, check: (...args: Parameters<typeof compareReadings>) => void): void {
  const rng = createRng(label);
  for (let done = 0, round = 0; done < cases; round += 1) {
    const draw = rng.fork(`series ${round}`);
    const series = hostileSeries(
      draw,
      draw.pick(HOSTILITIES),
      draw.pick([60, 300, 700]),
      draw.pick(['1m', '1h', '1d']),
    );
    const cache = createIndicatorCache(series);
    const engine = createEngine(series, { cache });
    const window = { from: 0, to: series.length };
    for (let n = 0; n < 8; n += 1) {
      const spec = drawSpec(draw, {
        maxPeriod: draw.pick([2, 5, 10]),
        distances: [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.4, 0.9],
        sides: ['long', 'short'],
      });
      const model = modelOf(draw);
      try {
        check(engine.simulate(spec, model), { series, spec, model, window, cache });
      } catch (error) {
        if (!(error instanceof SeriesTooShortError)) throw error;
        continue;
      }
      done += 1;
    }
  }
}

describe('a second reading of docs/simulation-rules.md', () => {
  it('agrees with the engine on random specs, with every exit and rejection reason', () => {
    const seen = { trades: 0, ambiguous: 0, reasons: new Set<string>(), rejected: new Set<string>() };
    playMany('second reading', 600, (simulation, input) => {
      expectSameReading(simulation, input);
      seen.trades += simulation.trades.length;
      for (const { reason, ambiguous } of simulation.trades) {
        seen.reasons.add(reason);
        seen.ambiguous += ambiguous ? 1 : 0;
      }
      for (const [reason, count] of Object.entries(simulation.rejectedSignals))
        if (count > 0) seen.rejected.add(reason);
    });
    expect(seen.trades).toBeGreaterThan(2000);
    expect(seen.ambiguous).toBeGreaterThan(100);
    expect([...seen.reasons].sort()).toEqual([...EXIT_REASONS].sort());
    expect([...seen.rejected].sort()).toEqual([...REJECTED_SIGNAL_REASONS].sort());
  });

  const first = ({ trades }: Simulation, is: (trade: Trade) => boolean, change: Partial<Trade>): readonly Trade[] => {
    const at = trades.findIndex(is);
    return trades.map((trade, i) => (i === at ? { ...trade, ...change } : trade));
  };
  it.each<[string, (simulation: Simulation) => Partial<Simulation>]>([
    ['a stop one tick away', (s) => ({ trades: first(s, ({ reason }) => reason === 'stop', { exitPrice: 99.99 }) })],
    ['an unmarked ambiguity', (s) => ({ trades: first(s, (trade) => trade.ambiguous, { ambiguous: false }) })],
    [
      'a liquidation called a stop',
      (s) => ({ trades: first(s, (t) => t.reason === 'liquidation', { reason: 'stop' }) }),
    ],
    ['a missing trade', (s) => ({ trades: s.trades.slice(0, -1) })],
    ['an equity that is off by a millionth', (s) => ({ equity: s.equity.map((value) => value * 1.000_001) })],
    ['a signal that was not counted', (s) => ({ rejectedSignals: { ...s.rejectedSignals, 'last-bar': 9 } })],
    ['a bar too many', (s) => ({ exposedBars: s.exposedBars + 1 })],
    ['a best case that is not', (s) => ({ bestCaseEquity: s.bestCaseEquity * 1.01 })],
  ])('finds %s', (_, wrong) => {
    let found = 0;
    playMany('planted', 80, (simulation, input) => {
      if (compareReadings({ ...simulation, ...wrong(simulation) }, input) !== null) found += 1;
    });
    expect(found).toBeGreaterThan(0);
  });
});
