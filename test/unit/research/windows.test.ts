import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinWindows } from '../../../src/domain/research/join-windows.ts';
import { walkForwardSplit } from '../../../src/domain/research/split.ts';
import { metricsWith } from './trial-fixture.ts';
import { AppError } from '../../../src/domain/errors.ts';

describe('the walk-forward split', () => {
  const shape = fc.record({
    length: fc.integer({ min: 50, max: 20_000 }),
    folds: fc.integer({ min: 1, max: 12 }),
    testShare: fc.constantFrom(0.1, 0.25, 0.4, 0.5, 0.9),
  });
  const enough = ({ length, folds, testShare }: { length: number; folds: number; testShare: number }) =>
    length * testShare >= folds + 1;

  it('tests every bar after the in-sample part exactly once, in order', () => {
    fc.assert(
      fc.property(shape.filter(enough), ({ length, folds, testShare }) => {
        const { inSample, folds: windows } = walkForwardSplit(length, folds, testShare);
        const edges = [inSample.to, ...windows.map(({ test }) => test.to)];
        expect(inSample.from).toBe(0);
        expect(windows).toHaveLength(folds);
        expect(windows.map(({ test }) => test.from)).toEqual(edges.slice(0, -1));
        expect(edges.at(-1)).toBe(length);
        const sizes = windows.map(({ test }) => test.to - test.from);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Math.abs(inSample.to / length - (1 - testShare))).toBeLessThan(1 / length + 1e-9);
      }),
    );
  });

  it('never trains or screens on a bar that it tests', () => {
    fc.assert(
      fc.property(shape.filter(enough), ({ length, folds, testShare }) => {
        const { inSample, folds: windows } = walkForwardSplit(length, folds, testShare);
        for (const { train, test } of windows) {
          expect(train).toEqual({ from: 0, to: test.from });
          expect(test.from).toBeGreaterThanOrEqual(inSample.to);
        }
      }),
    );
  });

  it('refuses a series that is too short for its test windows', () => {
    expect(() => walkForwardSplit(10, 5, 0.4)).toThrow(
      '10 bars cannot be split into 5 test windows over the last 40 %',
    );
    expect(() => walkForwardSplit(0, 1, 0.4)).toThrow(AppError);
    expect(() => walkForwardSplit(3, 1, 0.9)).toThrow(AppError);
  });
});

describe('joined windows', () => {
  it('compound returns, add trades, and have the Sharpe ratio of all their days', () => {
    const joined = joinWindows([
      metricsWith({
        totalReturn: 0.1,
        trades: 3,
        wins: 2,
        fees: 5,
        grossProfit: 0.3,
        grossLoss: 0.1,
        exposure: 0.2,
        dailyReturns: [0.1],
      }),
      metricsWith({
        totalReturn: -0.5,
        trades: 4,
        wins: 1,
        fees: 7,
        grossProfit: 0.1,
        grossLoss: 0.3,
        exposure: 0.4,
        dailyReturns: [-0.5],
      }),
    ]);
    expect(joined).toMatchObject({ trades: 7, wins: 3, fees: 12, profitFactor: 1, dailyReturns: [0.1, -0.5] });
    expect(joined.totalReturn).toBeCloseTo(1.1 * 0.5 - 1, 12);
    expect(joined.exposure).toBeCloseTo(0.3, 12);
    expect(joined.sharpe).toBeLessThan(0);
  });

  it('include a drawdown across two windows, and one within a day', () => {
    const falling = metricsWith({ maxDrawdown: 0.1, dailyReturns: [-0.1] });
    expect(joinWindows([falling, falling]).maxDrawdown).toBeCloseTo(1 - 0.9 * 0.9, 12);
    expect(joinWindows([metricsWith({ maxDrawdown: 0.4, dailyReturns: [0.01] })]).maxDrawdown).toBe(0.4);
  });

  it('have an error when one window has, and no profit factor without losses', () => {
    expect(joinWindows([metricsWith(), metricsWith({ error: 'broken' })]).error).toBe('broken');
    expect(joinWindows([metricsWith({ grossLoss: 0 })]).profitFactor).toBeNull();
    expect(joinWindows([])).toMatchObject({ trades: 0, totalReturn: 0, exposure: 0, maxDrawdown: 0, sharpe: null });
  });
});
