import { describe, expect, it } from 'vitest';
import {
  EXIT_REASONS,
  REJECTED_SIGNAL_REASONS,
  type Simulation,
  type Trade,
} from '../../../src/domain/backtest/result.ts';
import { compareReadings, expectSameReading } from '../../fixtures/reference/compare-readings.ts';
import { randomCases } from '../../fixtures/reference/random-cases.ts';

describe('a second reading of docs/simulation-rules.md', () => {
  it('agrees with the engine on random specs, with every exit and rejection reason', () => {
    const seen = { trades: 0, ambiguous: 0, reasons: new Set<string>(), rejected: new Set<string>() };
    for (const { simulation, ...input } of randomCases('second reading', 400)) {
      expectSameReading(simulation, input);
      seen.trades += simulation.trades.length;
      for (const { reason, ambiguous } of simulation.trades) {
        seen.reasons.add(reason);
        seen.ambiguous += ambiguous ? 1 : 0;
      }
      for (const [reason, count] of Object.entries(simulation.rejectedSignals))
        if (count > 0) seen.rejected.add(reason);
    }
    expect(seen.trades).toBeGreaterThan(1500);
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
    for (const { simulation, ...input } of randomCases('planted', 60)) {
      if (compareReadings({ ...simulation, ...wrong(simulation) }, input) !== null) found += 1;
    }
    expect(found).toBeGreaterThan(0);
  });
});
