import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthlyReturns } from '../../../src/domain/backtest/metrics/monthly-returns.ts';
import { drawdownOf, fallsOf, underwater } from '../../../src/domain/backtest/metrics/drawdown.ts';
import { computeMetrics } from '../../../src/domain/backtest/metrics/metrics.ts';
import { annualVolatility, sharpeRatio, sortinoRatio } from '../../../src/domain/statistics/sharpe.ts';
import { tailRisk } from '../../../src/domain/backtest/metrics/tail-risk.ts';
import { tradeStatistics } from '../../../src/domain/backtest/metrics/trade-statistics.ts';
import { resultHash } from '../../../src/domain/backtest/result-hash.ts';
import { type Simulation, type Trade } from '../../../src/domain/backtest/result.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { probabilisticSharpe } from '../../../src/domain/statistics/probabilistic-sharpe.ts';
import { dailyReturns } from '../../../src/domain/statistics/daily-returns.ts';
import { anySeries, randomSeries, seriesOf } from '../market/series-fixture.ts';
import { busySpec, free, onSignal, realistic, SIGNAL } from './spec-fixture.ts';
import { AppError } from '../../../src/domain/errors.ts';

const HOUR = 3_600_000;
const trade = (pnl: number, extra: Partial<Trade> = {}): Trade => ({
  side: 'long',
  entryTime: 0,
  entryPrice: 100,
  exitTime: HOUR,
  exitPrice: 101,
  quantity: 1,
  fees: 0.1,
  pnl,
  reason: 'signal',
  ambiguous: false,
  ...extra,
});

describe('Sharpe, Sortino and volatility', () => {
  const returns = [0.01, -0.02, 0.03, 0];
  it('give the hand-computed values with 365 days per year', () => {
    // Mean 0.005; squared deviations 2.5e-5, 6.25e-4, 6.25e-4, 2.5e-5 over 3; downside 4e-4 over all 4 days.
    expect(sharpeRatio(returns)).toBeCloseTo((0.005 / Math.sqrt(0.0013 / 3)) * Math.sqrt(365), 12);
    expect(sortinoRatio(returns)).toBeCloseTo((0.005 / 0.01) * Math.sqrt(365), 12);
    expect(annualVolatility(returns)).toBeCloseTo(Math.sqrt((0.0013 / 3) * 365), 12);
  });
  it('are null when undefined, never a sentinel', () => {
    expect([sharpeRatio([]), sharpeRatio([0.1]), sharpeRatio([0, 0, 0])]).toEqual([null, null, null]);
    expect([sortinoRatio([0.1]), sortinoRatio([0.1, 0.2])]).toEqual([null, null]);
    expect(annualVolatility([0.1])).toBeNull();
  });
  it('are null for equal returns, whatever the rounding of their equity', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 400 }),
        (growth, cash, days) => {
          const time = Float64Array.from({ length: days }, (_, day) => day * 24 * HOUR);
          const exact = Array.from(time, () => growth);
          expect([sharpeRatio(exact), probabilisticSharpe(exact, 0)]).toEqual([null, null]);
          const equity = new Float64Array(days);
          exact.reduce((value, r, day) => (equity[day] = value * (1 + r)), cash);
          expect(sharpeRatio(dailyReturns(time, equity, '1d', cash))).toBeNull();
        },
      ),
    );
    expect(sharpeRatio([0.01, 0.01, 0.01 + 1e-10])).toBeGreaterThan(1e6);
  });
});

describe('drawdown', () => {
  it('is measured on every bar, from peak to recovery; the initial cash is the first peak', () => {
    const drawdown = drawdownOf(Float64Array.of(90, 100, 120, 90, 108, 120, 130, 117), 100, HOUR);
    expect(drawdown.max).toBeCloseTo(0.25, 12);
    expect(drawdown.average).toBeCloseTo((0.1 + 0.25 + 0.1) / 3, 12);
    expect(drawdown.maxDurationMs).toBe(3 * HOUR);
    expect(drawdown.averageDurationMs).toBe((2 + 3 + 1) * (HOUR / 3));
  });
  it('lists each drawdown and the distance of every bar below the peak', () => {
    const equity = Float64Array.of(90, 100, 120, 90, 108, 120, 130, 117);
    expect(fallsOf(equity, 100)).toEqual([
      { peakBar: -1, troughBar: 0, endBar: 1, depth: 0.1, recovered: true },
      { peakBar: 2, troughBar: 3, endBar: 5, depth: 0.25, recovered: true },
      { peakBar: 6, troughBar: 7, endBar: 7, depth: 0.1, recovered: false },
    ]);
    expect([...underwater(equity, 100)]).toEqual([0.1, 0, 0, 0.25, 0.1, 0, 0, 0.1]);
  });
  it('equals the largest distance of a bar below the peak', () => {
    const curve = fc.array(fc.double({ min: 1, max: 200, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(curve, (values) => {
        const equity = Float64Array.from(values);
        expect(drawdownOf(equity, 100, HOUR).max).toBe(Math.max(0, ...underwater(equity, 100)));
      }),
    );
  });
  it('is 0, and its averages null, on a curve that never falls', () => {
    expect(drawdownOf(Float64Array.of(100, 101, 101), 100, HOUR)).toEqual({
      max: 0,
      average: null,
      maxDurationMs: 0,
      averageDurationMs: null,
    });
  });
});

describe('tail risk', () => {
  it('uses the worst 5 % of the days', () => {
    const returns = Array.from({ length: 40 }, (_, i) => i / 100 - 0.1);
    expect(tailRisk(returns).valueAtRisk).toBeCloseTo(0.09, 12);
    expect(tailRisk(returns).expectedShortfall).toBeCloseTo(0.095, 12);
    expect(tailRisk([])).toEqual({ valueAtRisk: null, expectedShortfall: null });
  });
});

describe('trade statistics', () => {
  it('give the hand-computed values', () => {
    const stats = tradeStatistics([
      trade(10),
      trade(-5, { reason: 'stop' }),
      trade(0, { exitTime: 3 * HOUR }),
      trade(20, { entryPrice: 200, reason: 'target' }),
      trade(5, { reason: 'end-of-data' }),
    ]);
    expect(stats).toMatchObject({
      trades: 5,
      wins: 3,
      winRate: 0.6,
      bestTrade: 0.1,
      worstTrade: -0.05,
      averageTradeMs: 1.4 * HOUR,
      maxTradeMs: 3 * HOUR,
      grossProfit: 35,
      grossLoss: 5,
      profitFactor: 7,
      expectancy: 6,
      maxConsecutiveWins: 2,
      maxConsecutiveLosses: 1,
    });
    expect(stats.averageTrade).toBeCloseTo((0.1 - 0.05 + 0 + 0.1 + 0.05) / 5, 12);
    // Deviations 4, -11, -6, 14, -1: 370 over 4.
    expect(stats.sqn).toBeCloseTo((Math.sqrt(5) * 6) / Math.sqrt(370 / 4), 12);
    expect(stats.byExitReason).toMatchObject({
      stop: { trades: 1, wins: 0, pnl: -5 },
      'end-of-data': { trades: 1, wins: 1, pnl: 5 },
      'max-hold': { trades: 0, wins: 0, pnl: 0 },
    });
  });
  it('are null without trades', () => {
    const stats = tradeStatistics([]);
    for (const value of [stats.winRate, stats.bestTrade, stats.averageTrade, stats.profitFactor, stats.sqn]) {
      expect(value).toBeNull();
    }
    expect(tradeStatistics([trade(1)]).profitFactor).toBeNull();
  });
});

describe('daily returns', () => {
  it('compare the last equity of each UTC day; a bar that closes at midnight belongs to the ending day', () => {
    const time = Float64Array.of(12, 23, 24, 47, 48).map((hours) => hours * HOUR);
    const [first, second, third, ...rest] = dailyReturns(time, Float64Array.of(105, 110, 100, 121, 60.5), '1h', 100);
    expect(first).toBeCloseTo(0.1, 12);
    expect(second).toBeCloseTo(0.1, 12);
    expect(third).toBeCloseTo(-0.5, 12);
    expect(rest).toEqual([]);
  });
  it('are 0 for each day inside a longer bar and after a total loss', () => {
    const time = Float64Array.of(0, 3).map((days) => days * 24 * HOUR);
    expect(dailyReturns(time, Float64Array.of(50, 0), '3d', 100)).toEqual([-0.5, 0, 0, -1]);
    expect(dailyReturns(Float64Array.of(0, 24 * HOUR), Float64Array.of(0, 0), '1d', 100)).toEqual([-1, 0]);
  });
});

describe('computeMetrics', () => {
  it('reports the hand-computed metrics of a small simulation', () => {
    const series = seriesOf([
      [100, 101, 99.5, SIGNAL],
      [100, 100.4, 99.6, 100.2],
      [100, 104, 97, 101],
      null,
      [101, 111, 101, 110],
    ]);
    const window = { from: 0, to: 5 };
    const simulation = simulate(series, onSignal, free, window);
    const metrics = computeMetrics(simulation, series, window, { initialCash: 10_000 });
    expect(metrics).toMatchObject({
      start: series.time[0],
      end: series.time[4]! + HOUR,
      bars: 5,
      coverage: 0.8,
      exposure: 0.2,
      feesPaid: 0,
      finalEquity: 9_900,
      trades: 1,
      winRate: 0,
      ambiguousTrades: 1,
      cagr: null,
      sharpe: null,
      deflatedSharpe: null,
      trials: null,
      rejectedSignals: { 'below-minimum': 0, 'filled-bar': 0, 'insufficient-funds': 0, 'last-bar': 0 },
    });
    expect(metrics.totalReturn).toBeCloseTo(-0.01, 12);
    expect(metrics.worstCaseReturn).toBeCloseTo(-0.01, 12);
    expect(metrics.bestCaseReturn).toBeCloseTo(0.015, 12);
    expect(metrics.buyAndHold).toBeCloseTo(0.1, 12);
    expect(metrics.maxDrawdown).toBeGreaterThan(0.0099);
  });

  it('gives finite or null values only, and counts the trials of the deflation', () => {
    fc.assert(
      fc.property(anySeries(150), busySpec, (series, spec) => {
        const window = { from: 30, to: 150 };
        const simulation = simulate(series, spec, realistic, window);
        const metrics = computeMetrics(simulation, series, window, {
          initialCash: realistic.initialCash,
          trialSharpes: [0.1, -0.1, 0.05],
        });
        for (const [name, value] of Object.entries(metrics)) {
          if (typeof value === 'number') expect(Number.isFinite(value), name).toBe(true);
        }
        expect(metrics.trials).toBe(3);
        const time = series.time.subarray(window.from, window.to);
        const returns = dailyReturns(time, simulation.equity, series.timeframe, realistic.initialCash);
        expect(returns.reduce((growth, r) => growth * (1 + r), 1) - 1).toBeCloseTo(metrics.totalReturn, 9);
        expect(metrics.maxDrawdown).toBeLessThanOrEqual(1);
        expect(metrics.deflatedSharpe ?? 0).toBeLessThanOrEqual(metrics.probabilisticSharpe ?? 1);
      }),
      { numRuns: 60 },
    );
  });

  it('annualises nothing over fewer than 30 days, and says why', () => {
    const simulationOf = (days: number): Simulation => ({
      trades: [],
      equity: Float64Array.from({ length: days }, (_, day) => 100 + 10 * Math.sin(day)),
      exposedBars: 0,
      rejectedSignals: simulate(randomSeries(1, 50), onSignal, free).rejectedSignals,
      bestCaseEquity: 100,
    });
    const of = (days: number) => {
      const series = randomSeries(1, days, { timeframe: '1d' });
      return computeMetrics(simulationOf(days), series, { from: 0, to: days }, { initialCash: 100 });
    };
    const names = ['cagr', 'annualVolatility', 'sharpe', 'sortino', 'calmar'] as const;
    const [short, long] = [of(29), of(30)];
    expect(short.notAnnualised).toBe('29 days: annualised figures need 30');
    expect(names.map((name) => short[name])).toEqual(names.map(() => null));
    expect(short.dailySharpe).toBeCloseTo(sharpeRatio(dailyReturnsOf(29))! / Math.sqrt(365), 12);
    expect(short.probabilisticSharpe).not.toBeNull();
    expect(long.notAnnualised).toBeNull();
    expect(names.filter((name) => long[name] === null)).toEqual([]);
    function dailyReturnsOf(days: number): number[] {
      const { equity } = simulationOf(days);
      return dailyReturns(randomSeries(1, days, { timeframe: '1d' }).time, equity, '1d', 100);
    }
  });

  it('gives figures of a ruined account that agree with each other', () => {
    const bars = Array.from({ length: 60 }, () => [90, 90, 90, 90] as const);
    const series = seriesOf(
      [[100, 101, 99.5, 100.2], [100, 101, 99.5, SIGNAL], [100, 101, 99, 100], [100, 350, 99, 300], ...bars],
      '1d',
    );
    const spec = {
      ...onSignal,
      side: 'short',
      stop: { kind: 'atr', period: 1, multiple: 100 },
      sizing: { kind: 'fraction', fraction: 1 },
    } as const;
    const simulation = simulate(series, spec, free);
    const metrics = computeMetrics(simulation, series, { from: 0, to: series.length }, { initialCash: 10_000 });
    expect(metrics).toMatchObject({
      trades: 1,
      finalEquity: 0,
      totalReturn: -1,
      maxDrawdown: 1,
      worstCaseReturn: -1,
      expectancy: -10_000,
      cagr: null,
      calmar: null,
    });
    expect(metrics.byExitReason.liquidation).toEqual({ trades: 1, wins: 0, pnl: -10_000 });
    expect(metrics.sharpe).toBeLessThan(0);
    expect(metrics.dailySharpe).toBeLessThan(0);
    const months = monthlyReturns(series.time, simulation.equity, '1d', 10_000);
    expect(months.reduce((growth, month) => growth * (1 + month.return), 1)).toBe(0);
    expect(months.every((month) => Number.isFinite(month.return))).toBe(true);
  });

  it('refuses a window other than the simulated one', () => {
    const series = randomSeries(1, 50);
    const simulation = simulate(series, onSignal, free);
    expect(() => computeMetrics(simulation, series, { from: 0, to: 49 }, { initialCash: 1 })).toThrow(AppError);
  });
});

describe('resultHash', () => {
  const simulation: Simulation = simulate(randomSeries(3, 80), onSignal, free);
  it('changes with every part of the result', () => {
    const hash = resultHash(simulation);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const equity = simulation.equity.map((value, i) => (i === 40 ? value + 1e-9 : value));
    expect(resultHash({ ...simulation, equity })).not.toBe(hash);
    expect(resultHash({ ...simulation, trades: [...simulation.trades, trade(1)] })).not.toBe(hash);
    expect(resultHash({ ...simulation, exposedBars: simulation.exposedBars + 1 })).not.toBe(hash);
    expect(resultHash(structuredClone(simulation))).toBe(hash);
  });
});
