import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { type Trade } from '../../../src/domain/backtest/result.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { decide } from '../../../src/domain/strategies/decide.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { busySpec, free, onSignal } from '../backtest/spec-fixture.ts';
import { anySeries, seriesOf } from '../market/series-fixture.ts';

const BARS = 150;

/** Open times of the bars on which an agent that calls `decide` at every close would enter and would exit by rule. */
function replay(series: Series, spec: StrategySpec, trades: readonly Trade[]) {
  const heldAt = (time: number): Trade | undefined =>
    trades.find(({ entryTime, exitTime }) => entryTime <= time && time < exitTime);
  const nextReal = (bar: number): number | undefined => {
    for (let next = bar + 1; next < series.length; next += 1) if (series.filled[next] === 0) return series.time[next];
    return undefined;
  };
  const entries: number[] = [];
  const exits = new Map<Trade, number>();
  let pendingUntil = -Infinity;
  for (let bar = 0; bar < series.length; bar += 1) {
    const time = series.time[bar]!;
    const held = heldAt(time);
    if (!held && time < pendingUntil) continue;
    const { action } = decide(spec, sliceSeries(series, 0, bar + 1), held !== undefined);
    const fills = nextReal(bar);
    if (action === 'exit' && held && !exits.has(held) && fills !== undefined) exits.set(held, fills);
    if (action !== 'enter') continue;
    pendingUntil = fills ?? Infinity;
    if (fills !== undefined) entries.push(fills);
  }
  return { entries, exits };
}

describe('decide', () => {
  it('agrees with the backtest: the same entries and exits by rule on the same candles', () => {
    fc.assert(
      fc.property(anySeries(BARS), busySpec, (series, spec) => {
        const { trades, rejectedSignals } = simulate(series, spec, free);
        fc.pre(rejectedSignals['below-minimum'] === 0 && rejectedSignals['insufficient-funds'] === 0);
        const { entries, exits } = replay(series, spec, trades);
        expect(entries).toEqual(trades.map(({ entryTime }) => entryTime));
        for (const trade of trades) {
          const leavesAt = exits.get(trade);
          if (trade.reason === 'signal') expect(trade.exitTime).toBe(leavesAt);
          if (leavesAt !== undefined) expect(trade.exitTime).toBeLessThanOrEqual(leavesAt);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('enters nothing where an ATR that the spec uses is 0: its stop would lie at the price', () => {
    const still = seriesOf(Array.from({ length: 60 }, () => [100, 100, 100, 100] as const));
    const always = { left: { field: 'close' }, op: '>', right: { value: 1 } } as const;
    const spec: StrategySpec = { ...onSignal, entry: always };
    expect(decide(spec, still, false).action).toBe('enter');
    const atr = { kind: 'atr', period: 2, multiple: 2 } as const;
    for (const part of [
      { stop: atr },
      { trailing: atr },
      { sizing: { kind: 'volatility', period: 2, risk: 0.01, cap: 1 } },
    ] as const) {
      expect(decide({ ...spec, ...part }, still, false)).toEqual({
        action: 'none',
        because: 'stop-too-near: the ATR is 0, so that a stop would lie at the price',
      });
    }
  });
});
