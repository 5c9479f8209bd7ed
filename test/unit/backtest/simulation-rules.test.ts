import { describe, expect, it } from 'vitest';
import { type FillModel, type Simulation } from '../../../src/domain/backtest/result.ts';
import { SeriesTooShortError } from '../../../src/domain/market/series-too-short-error.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { seriesOf, T0 } from '../market/series-fixture.ts';
import { IMPLEMENTATIONS } from '../../fixtures/engine/implementations.ts';
import { free, market, onSignal, SIGNAL } from './spec-fixture.ts';
import { AppError } from '../../../src/domain/errors.ts';

type Bar = readonly [open: number, high: number, low: number, close: number] | null;
const HOUR = 3_600_000;
const signal: Bar = [100, 101, 99.5, SIGNAL];
/** Fills the entry at 100, touches neither 98 nor 103. */
const entry: Bar = [100, 100.4, 99.6, 100.2];
const quiet: Bar = [100.1, 100.4, 99.6, 100.2];

describe.each(IMPLEMENTATIONS)('$name', ({ simulate }) => {
  /** A signal, then these bars. */
  const play = (bars: readonly Bar[], spec: Partial<StrategySpec> = {}, model: Partial<FillModel> = {}): Simulation =>
    simulate(seriesOf([signal, ...bars]), { ...onSignal, ...spec }, { ...free, ...model });

  describe('the worked example: long from 100, stop 98, target 103', () => {
    it.each<[Bar, number, string, boolean]>([
      [[94, 97, 90, 92], 94, 'stop', false],
      [[94, 99.5, 90, 96], 94, 'stop', false],
      [[100, 100.5, 96, 97], 98, 'stop', false],
      [[100, 104, 97, 101], 98, 'stop', true],
      [[105, 107, 104, 106], 103, 'target', false],
      [[94, 104, 90, 100], 94, 'stop', false],
      // A bar that opens beyond the target fills it, whatever it does later.
      [[105, 106, 97, 98], 103, 'target', false],
      [[103, 103, 90, 91], 103, 'target', false],
    ])('%j exits at %f by %s', (bar, price, reason, ambiguous) => {
      const [trade] = play([entry, bar, quiet]).trades;
      expect(trade).toMatchObject({ side: 'long', entryPrice: 100, exitPrice: price, reason, ambiguous });
      expect(trade).toMatchObject({ entryTime: T0 + HOUR, exitTime: T0 + 2 * HOUR });
    });

    it.each<[Bar, number, string, boolean]>([
      [[106, 110, 103, 108], 106, 'stop', false],
      [[106, 106, 100.5, 104], 106, 'stop', false],
      [[100, 104, 99.5, 103], 102, 'stop', false],
      [[100, 103, 96, 99], 102, 'stop', true],
      [[95, 96, 93, 94], 97, 'target', false],
      [[95, 103, 94, 102], 97, 'target', false],
    ])('mirrored for a short with stop 102 and target 97: %j exits at %f by %s', (bar, price, reason, ambiguous) => {
      const [trade] = play([entry, bar, quiet], { side: 'short' }).trades;
      expect(trade).toMatchObject({ side: 'short', entryPrice: 100, exitPrice: price, reason, ambiguous });
    });
  });

  describe('rule 1: signals', () => {
    it('fill at the next open', () => {
      const [trade] = play([entry, quiet]).trades;
      expect(trade).toMatchObject({ entryTime: T0 + HOUR, entryPrice: 100 });
    });

    it('on the last bar never fill and are counted', () => {
      const { trades, rejectedSignals } = simulate(seriesOf([quiet, signal]), onSignal, free);
      expect(trades).toEqual([]);
      expect(rejectedSignals['last-bar']).toBe(1);
    });

    it('are taken on bars of the window only', () => {
      const series = seriesOf([signal, entry, quiet, quiet]);
      expect(simulate(series, onSignal, free, { from: 1, to: 4 }).trades).toEqual([]);
      expect(simulate(series, onSignal, free, { from: 0, to: 2 }).trades[0]).toMatchObject({ reason: 'end-of-data' });
    });

    it('are not taken while a position is open', () => {
      expect(play([[100, 101, 99.6, SIGNAL], signal, quiet]).trades).toHaveLength(1);
    });
  });

  describe('rules 2, 8 and 9: slippage, fees, rounding', () => {
    const model: FillModel = { ...free, market: { ...market, tickSize: 0.05, stepSize: 0.01 }, slippageRate: 0.001 };

    it('move market fills against us and charge the taker', () => {
      const { trades } = play([entry, [99, 99, 97, 97.5], quiet], {}, model);
      // Bought at 100 * 1.001 up to 100.10; stop 98.098 down to 98.05; sold at 98.05 * 0.999 = 97.95195 down to 97.95.
      expect(trades[0]).toMatchObject({ entryPrice: 100.1, exitPrice: 97.95, reason: 'stop' });
      // Half of 10,000 pays for 5000 / (100.1 * 1.012) = 49.357.. units and their fee.
      expect(trades[0]!.quantity).toBe(49.35);
      expect(trades[0]!.fees).toBeCloseTo(49.35 * (100.1 + 97.95) * 0.012, 9);
      expect(trades[0]!.pnl).toBeCloseTo(49.35 * (97.95 - 100.1) - trades[0]!.fees, 9);
    });

    it('slip a stop inside a bar by at least a share of the range of the bar', () => {
      const fast: FillModel = { ...model, stopRangeShare: 0.02 };
      // Stop 98.05, range 10: 98.05 - 0.2 is below 98.05 * 0.999.
      const inside: Bar = [100, 102, 92, 95];
      expect(play([entry, inside, quiet], {}, fast).trades[0]).toMatchObject({ exitPrice: 97.85, reason: 'stop' });
      // In a calm bar the rate is more: 98.05 * 0.999 = 97.95195.
      const calm: Bar = [98.5, 98.6, 98, 98.2];
      expect(play([entry, calm, quiet], {}, fast).trades[0]).toMatchObject({ exitPrice: 97.95, reason: 'stop' });
      // The open is the first price of a bar that opens beyond the stop: it slips by the rate alone.
      const gap: Bar = [97, 102, 92, 95];
      expect(play([entry, gap, quiet], {}, fast).trades[0]).toMatchObject({ exitPrice: 96.9, reason: 'stop' });
      const short = play([entry, [100, 108, 98, 101], quiet], { side: 'short' }, fast).trades[0];
      // Sold at 99.90, stop 101.898 up to 101.90, and 2 % of 10 more.
      expect(short).toMatchObject({ entryPrice: 99.9, exitPrice: 102.1, reason: 'stop' });
      // A slippage of 0 switches both off.
      const none = play([entry, inside, quiet], {}, { ...fast, slippageRate: 0 }).trades[0];
      expect(none).toMatchObject({ entryPrice: 100, exitPrice: 98 });
    });

    it('never sell a stop below 0, however far a bar ranged', () => {
      const wild = play([entry, [100, 100_000, 97, 99], quiet], {}, { ...model, stopRangeShare: 0.02 }).trades[0]!;
      expect(wild).toMatchObject({ exitPrice: 0, reason: 'stop' });
    });

    it.each([
      ['a stop nearer than one tick plus the slippage', { stop: { kind: 'percent', value: 0.0014 } }, 'stop-too-near'],
      ['such a trailing stop', { trailing: { kind: 'percent', value: 0.0014 } }, 'stop-too-near'],
      ['a target nearer than one tick', { target: { kind: 'percent', value: 0.0004 } }, 'target-too-near'],
    ] as const)('reject %s', (_, spec, reason) => {
      for (const side of ['long', 'short'] as const) {
        const { trades, rejectedSignals } = play([entry, quiet], { ...spec, side }, model);
        expect(trades).toEqual([]);
        expect(rejectedSignals[reason]).toBe(1);
      }
      const { kind, value } = 'stop' in spec ? spec.stop : 'target' in spec ? spec.target : spec.trailing;
      const farther = Object.fromEntries(Object.keys(spec).map((key) => [key, { kind, value: value + 0.0003 }]));
      expect(play([entry, quiet], farther, model).trades).toHaveLength(1);
    });

    it('reject an entry where an ATR is 0', () => {
      const bars = Array.from({ length: 60 }, (): Bar => [SIGNAL, SIGNAL, SIGNAL, SIGNAL]);
      for (const spec of [
        { stop: { kind: 'atr', period: 2, multiple: 2 } },
        { sizing: { kind: 'volatility', period: 2, risk: 0.01, cap: 1 } },
      ] as const) {
        const { trades, rejectedSignals } = simulate(seriesOf(bars), { ...onSignal, ...spec }, free);
        expect(trades).toEqual([]);
        expect(rejectedSignals['stop-too-near']).toBeGreaterThan(10);
      }
    });

    it('fill a resting target at its limit, without slippage, at the maker fee', () => {
      const [trade] = play([entry, [100, 104, 99, 103.5], quiet], {}, model).trades;
      // 100.1 * 1.03 = 103.103, for a seller down to 103.10.
      expect(trade).toMatchObject({ exitPrice: 103.1, reason: 'target' });
      expect(trade!.fees).toBeCloseTo(49.35 * (100.1 * 0.012 + 103.1 * 0.006), 9);
    });

    it('reject what is below the minimum, never enlarge it', () => {
      for (const limit of [{ minAmount: 50.1 }, { minNotional: 5001 }, { stepSize: 60 }]) {
        const { trades, rejectedSignals } = play([entry, quiet], {}, { ...free, market: { ...free.market, ...limit } });
        expect(trades).toEqual([]);
        expect(rejectedSignals['below-minimum']).toBe(1);
      }
    });
  });

  describe('rule 3: target', () => {
    it('fills at the open of a favourable gap only with price improvement', () => {
      const gap: Bar = [105, 107, 104, 106];
      expect(play([entry, gap], {}, { ...free, priceImprovement: true }).trades[0]!.exitPrice).toBe(105);
      expect(play([entry, gap]).trades[0]!.exitPrice).toBe(103);
    });
  });

  describe('rule 4: both in one bar', () => {
    it('takes the stop and reports the result of both orders', () => {
      const simulation = play([entry, [100, 104, 97, 101], quiet]);
      expect(simulation.equity.at(-1)).toBeCloseTo(10_000 - 50 * 2, 6);
      expect(simulation.bestCaseEquity).toBeCloseTo(10_000 + 50 * 3, 6);
    });
    it('gives one result when nothing is ambiguous', () => {
      const simulation = play([entry, [100, 104, 99, 101], quiet]);
      expect(simulation.bestCaseEquity).toBe(simulation.equity.at(-1));
    });
  });

  describe('rule 5: entry bar', () => {
    it.each<[Bar, number, string, boolean]>([
      [[100, 101, 97, 99], 98, 'stop', false],
      [[100, 104, 99, 101], 103, 'target', false],
      [[100, 104, 97, 101], 98, 'stop', true],
    ])('stop and target are live in %j', (bar, exitPrice, reason, ambiguous) => {
      const time = T0 + HOUR;
      expect(play([bar, quiet]).trades[0]).toMatchObject({
        entryTime: time,
        exitTime: time,
        exitPrice,
        reason,
        ambiguous,
      });
    });
  });

  describe('rule 6: trailing stop', () => {
    const trailing: Partial<StrategySpec> = {
      stop: { kind: 'percent', value: 0.05 },
      target: { kind: 'percent', value: 0.5 },
      trailing: { kind: 'percent', value: 0.03 },
    };

    it('follows the highs of closed bars; within a bar the old level is tested first', () => {
      // The entry bar reaches 104, which counts from the next bar on: the level is 97 inside it, 101 after it.
      const { trades } = play(
        [
          [100, 104, 97.5, 103.5],
          [103, 106, 101.5, 105],
          [104, 104, 102, 102.5],
        ],
        trailing,
      );
      expect(trades[0]).toMatchObject({ exitTime: T0 + 3 * HOUR, exitPrice: 103, reason: 'trailing-stop' });
    });

    it('starts at its distance from the entry and never moves back', () => {
      expect(play([[100, 100.5, 96.5, 97]], trailing).trades[0]).toMatchObject({
        exitPrice: 97,
        reason: 'trailing-stop',
      });
      const fallen = play(
        [
          [100, 104, 99, 103],
          [102, 102, 101.2, 101.5],
          [101.5, 101.5, 100.8, 101],
        ],
        trailing,
      );
      expect(fallen.trades[0]).toMatchObject({ exitPrice: 101, exitTime: T0 + 3 * HOUR });
    });

    it('is mirrored for a short', () => {
      const { trades } = play(
        [
          [100, 102, 96, 97],
          [97, 99.5, 96.5, 98],
        ],
        { ...trailing, side: 'short' },
      );
      expect(trades[0]).toMatchObject({ exitPrice: 99, reason: 'trailing-stop' });
    });
  });

  describe('rule 7: order inside a bar', () => {
    const exit = { left: { field: 'close' }, op: '<', right: { value: 99.7 } } as const;
    const weak: Bar = [100, 100.3, 99, 99.5];

    it('exits by signal at the next open, before anything inside that bar', () => {
      const { trades } = play([weak, [99.6, 104, 97, 101], quiet], { exit });
      expect(trades[0]).toMatchObject({ exitTime: T0 + 2 * HOUR, exitPrice: 99.6, reason: 'signal', ambiguous: false });
    });

    it('reports a signal exit at a gapped open as a signal; the price is the same', () => {
      expect(play([weak, [94, 95, 93, 94]], { exit }).trades[0]).toMatchObject({ exitPrice: 94, reason: 'signal' });
    });

    it.each([1, 2, 3])('holds at most %i bars, then leaves at the next open', (maxHoldBars) => {
      const { trades, exposedBars } = play([entry, quiet, quiet, quiet, quiet], { maxHoldBars });
      expect(trades[0]).toMatchObject({
        exitTime: T0 + (1 + maxHoldBars) * HOUR,
        exitPrice: 100.1,
        reason: 'max-hold',
      });
      expect(exposedBars).toBe(maxHoldBars);
    });
  });

  describe('rule 10: warm-up', () => {
    // 4 bars until the first value of atr(4), 84 until it has settled.
    const spec: StrategySpec = { ...onSignal, stop: { kind: 'atr', period: 4, multiple: 9 } };
    const WARMUP = 88;
    const bars = (count: number, bar: Bar): Bar[] => Array.from({ length: count }, () => bar);

    it('gives no signal before all rules and distances have settled', () => {
      const series = seriesOf([...bars(WARMUP + 1, signal), entry, quiet]);
      expect(simulate(series, spec, free).trades[0]!.entryTime).toBe(T0 + (WARMUP + 1) * HOUR);
    });

    it('does not count bars filled flat: they add no data', () => {
      const series = seriesOf([...bars(10, signal), ...bars(7, null), ...bars(WARMUP - 9, signal), entry, quiet]);
      expect(simulate(series, spec, free).trades[0]!.entryTime).toBe(T0 + (WARMUP + 8) * HOUR);
    });

    it('is an error, not a zero, when the window is too short to trade once', () => {
      const series = seriesOf([quiet, null, ...bars(WARMUP + 1, quiet)]);
      const cut = { from: 0, to: series.length - 1 };
      expect(() => simulate(series, spec, free, cut)).toThrow(SeriesTooShortError);
      expect(() => simulate(series, spec, free, cut)).toThrow(
        'this spec (stop.period: atr(4)) needs at least 90 bars, there are 89',
      );
      expect(simulate(series, spec, free).trades).toEqual([]);
      expect(() => simulate(series, spec, free, { from: 90, to: 91 })).toThrow('needs at least 91 bars, there are 90');
    });
  });

  describe('rule 11: nothing fills on a bar filled flat', () => {
    it('a pending entry waits for the next real open', () => {
      const { trades } = play([null, null, [101, 101.5, 100.8, 101], quiet]);
      expect(trades[0]).toMatchObject({ entryTime: T0 + 3 * HOUR, entryPrice: 101 });
    });

    it('a pending exit waits, and a holding time counts bars filled flat', () => {
      const { trades } = play([entry, null, null, [99.9, 100, 99, 99.5]], { maxHoldBars: 2 });
      expect(trades[0]).toMatchObject({ exitTime: T0 + 4 * HOUR, exitPrice: 99.9, reason: 'max-hold' });
    });

    it('rejects and counts an entry signal on such a bar', () => {
      const { trades, rejectedSignals } = simulate(
        seriesOf([signal, null, null, [100, 100, 90, 90], quiet]),
        { ...onSignal, stop: { kind: 'percent', value: 0.01 } },
        free,
        { from: 1, to: 5 },
      );
      expect(trades).toEqual([]);
      expect(rejectedSignals['filled-bar']).toBe(2);
    });

    it('evaluates no exit rule on it: in live trading no candle closes', () => {
      const exit = { left: { field: 'volume' }, op: '<=', right: { value: 0 } } as const;
      expect(play([entry, null, quiet, quiet], { exit }).trades[0]!.reason).toBe('end-of-data');
    });
  });

  describe('rule 12: equity', () => {
    it('is marked at every close, fees included, and ends with the position closed at the last close', () => {
      const model: FillModel = { ...free, market: { ...free.market, takerFeeRate: 0.01 } };
      const { equity, trades, exposedBars } = play([entry, [100, 102, 99, 101]], {}, model);
      const quantity = trades[0]!.quantity;
      expect(quantity).toBeCloseTo(5000 / 101, 7);
      expect(equity[0]).toBe(10_000);
      expect(equity[1]).toBeCloseTo(10_000 + quantity * 0.2 - quantity, 6);
      expect(equity[2]).toBeCloseTo(10_000 + quantity * 1 - quantity * (1 + 1.01), 6);
      expect(trades[0]).toMatchObject({ reason: 'end-of-data', exitPrice: 101, exitTime: T0 + 2 * HOUR });
      expect(exposedBars).toBe(2);
    });
  });

  describe('rule 13: cash', () => {
    it('can spend all cash, fee included', () => {
      const model: FillModel = { ...free, market: { ...market, tickSize: 1e-6 }, slippageRate: 0.001 };
      const [trade] = play([entry, quiet], { sizing: { kind: 'fraction', fraction: 1 } }, model).trades;
      expect(trade!.quantity * trade!.entryPrice * 1.012).toBeLessThanOrEqual(10_000);
      expect(trade!.quantity * trade!.entryPrice * 1.012).toBeGreaterThan(9_999.99);
    });

    it('are not short of funds by dust', () => {
      // 0.39 * 1.012 leaves a cost one rounding error above the cash.
      const model: FillModel = { ...free, market: { ...market, tickSize: 0.01, stepSize: 1e-8 }, initialCash: 100_000 };
      const bars = [signal, [0.39, 0.39, 0.39, 0.39], [0.39, 0.39, 0.39, 0.39]] as const;
      const spec: StrategySpec = {
        ...onSignal,
        stop: { kind: 'percent', value: 0.5 },
        sizing: { kind: 'fraction', fraction: 1 },
      };
      const { trades, rejectedSignals } = simulate(seriesOf(bars), spec, model);
      expect([trades.length, rejectedSignals['insufficient-funds']]).toEqual([1, 0]);
    });

    it.each<[string, Bar]>([
      ['inside a bar, at the price that takes all of it', [100, 350, 100, 300]],
      ['by a touch', [100, 200, 100, 150]],
      ['at that price too where the bar opens beyond it', [300, 350, 250, 300]],
    ])('liquidates a short %s, and trades no more', (_, bar) => {
      const far: StrategySpec = {
        ...onSignal,
        side: 'short',
        sizing: { kind: 'fraction', fraction: 1 },
        stop: { kind: 'atr', period: 1, multiple: 100 },
        target: { kind: 'percent', value: 0.9 },
      };
      const runOf = (ruin: Bar): Simulation =>
        simulate(seriesOf([quiet, signal, entry, ruin, [90, 90, 90, 90], signal, entry, quiet]), far, free);
      const { trades, equity, rejectedSignals } = runOf(bar);
      expect(trades).toHaveLength(1);
      expect(trades[0]).toMatchObject({
        exitPrice: 200,
        exitTime: T0 + 3 * HOUR,
        reason: 'liquidation',
        pnl: -10_000,
        ambiguous: false,
      });
      expect([...equity.subarray(3)]).toEqual([0, 0, 0, 0, 0]);
      expect(rejectedSignals['insufficient-funds']).toBe(1);
      expect(runOf([100, 199.99, 100, 150]).trades[0]).toMatchObject({ reason: 'end-of-data' });
      // A bar that also touches the target ends in ruin, and is ambiguous.
      const both = runOf([100, 200, 5, 150]);
      expect(both.trades[0]).toMatchObject({ reason: 'liquidation', ambiguous: true });
      expect(both.bestCaseEquity).toBeGreaterThan(18_900);
    });

    it('takes the stop of a short where it is nearer than its ruin', () => {
      const short: Partial<StrategySpec> = { side: 'short', sizing: { kind: 'fraction', fraction: 1 } };
      const stopped = { ...short, stop: { kind: 'percent', value: 0.9 } } as const;
      expect(play([entry, [100, 350, 100, 300], quiet], stopped).trades[0]).toMatchObject({
        exitPrice: 190,
        reason: 'stop',
      });
      // The slippage of that stop takes the rest: nothing is left, so it was a liquidation.
      const slipped = play([entry, [100, 900, 100, 300], quiet], stopped, {
        slippageRate: 0.0001,
        stopRangeShare: 0.02,
      });
      expect(slipped.trades[0]).toMatchObject({ reason: 'liquidation', pnl: -10_000 });
      expect(slipped.equity.at(-1)).toBe(0);
    });

    it('liquidates a short that gaps beyond its cash, and stops trading', () => {
      const { trades, equity, rejectedSignals } = play([entry, [900, 900, 900, 900], signal, entry, quiet], {
        side: 'short',
        sizing: { kind: 'fraction', fraction: 1 },
      });
      expect(trades).toHaveLength(1);
      expect(trades[0]!.pnl).toBe(-10_000);
      expect(equity.at(-1)).toBe(0);
      expect(rejectedSignals['insufficient-funds']).toBe(1);
    });
  });

  describe('sizing by volatility', () => {
    it('makes one ATR of the signal bar cost `risk` of equity, up to the cap', () => {
      const bars = [
        ...Array.from({ length: 65 }, () => [100, 101, 99, 100] as const),
        [100, 101, 99, SIGNAL] as const,
        entry,
        quiet,
      ];
      const quantityAt = (risk: number): number =>
        simulate(seriesOf(bars), { ...onSignal, sizing: { kind: 'volatility', period: 3, risk, cap: 0.8 } }, free)
          .trades[0]!.quantity;
      expect(quantityAt(0.005)).toBeCloseTo((0.005 * SIGNAL * 10_000) / 2 / 100, 6);
      expect(quantityAt(0.5)).toBeCloseTo(80, 6);
    });
  });

  describe('refuses', () => {
    const series = seriesOf([signal, entry, quiet]);
    it.each([
      [
        'a short on spot',
        { ...onSignal, side: 'short' as const },
        { ...free, market: { ...market, kind: 'spot' as const } },
        /side: TEST is a spot market/,
      ],
      ['negative slippage', onSignal, { ...free, slippageRate: -0.1 }, /slippageRate/],
      ['a fee of 100 %', onSignal, { ...free, market: { ...market, takerFeeRate: 1 } }, /takerFeeRate/],
      ['no cash', onSignal, { ...free, initialCash: 0 }, /initialCash/],
      ['an invalid spec', { ...onSignal, stop: { kind: 'percent' as const, value: 0 } }, free, /stop\.value/],
    ])('%s', (_, spec, model, message) => {
      expect(() => simulate(series, spec, model)).toThrow(message);
    });
    it('a window outside the series', () => {
      for (const window of [
        { from: 0, to: 4 },
        { from: -1, to: 2 },
        { from: 2, to: 2 },
        { from: 0, to: 1.5 },
      ]) {
        expect(() => simulate(series, onSignal, free, window)).toThrow(AppError);
      }
    });
  });
});
