import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthlyReturns, yearlyReturns } from '../../../src/domain/backtest/metrics/monthly-returns.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { type Timeframe, timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { anySeries } from '../market/series-fixture.ts';
import { busySpec, realistic } from './spec-fixture.ts';

const timesFrom = (start: number, length: number, timeframe: Timeframe): Float64Array =>
  Float64Array.from({ length }, (_, i) => start + i * timeframeMs(timeframe));

describe('monthly returns', () => {
  it('compound the UTC days of each month and count them', () => {
    const time = timesFrom(Date.UTC(2025, 0, 30), 5, '1d');
    const months = monthlyReturns(time, Float64Array.of(110, 121, 60.5, 121, 121), '1d', 100);
    expect(months.map(({ year, month, days }) => [year, month, days])).toEqual([
      [2025, 1, 2],
      [2025, 2, 3],
    ]);
    expect(months[0]!.return).toBeCloseTo(0.21, 12);
    expect(months[1]!.return).toBeCloseTo(0, 12);
  });

  it('assign a bar that closes at midnight to the ending month', () => {
    const time = timesFrom(Date.UTC(2025, 0, 31, 22), 3, '1h');
    const months = monthlyReturns(time, Float64Array.of(100, 90, 99), '1h', 100);
    expect(months.map(({ month }) => month)).toEqual([1, 2]);
    expect(months[0]!.return).toBeCloseTo(-0.1, 12);
    expect(months[1]!.return).toBeCloseTo(0.1, 12);
  });

  it('include every month and year inside a long bar', () => {
    const time = timesFrom(Date.UTC(2024, 10, 1), 2, '60d');
    const months = monthlyReturns(time, Float64Array.of(110, 55), '60d', 100);
    expect(months.map(({ year, month }) => `${year}-${month}`)).toEqual(['2024-12', '2025-1', '2025-2']);
    expect(yearlyReturns(months).map(({ year }) => year)).toEqual([2024, 2025]);
    expect(yearlyReturns(months)[0]!.return).toBeCloseTo(0.1, 12);
    expect(yearlyReturns(months)[1]!.return).toBeCloseTo(-0.5, 12);
  });

  it('handle a total loss and an empty curve', () => {
    const time = timesFrom(Date.UTC(2025, 0, 30), 4, '1d');
    expect(monthlyReturns(time, Float64Array.of(50, 0, 0, 0), '1d', 100).map((month) => month.return)).toEqual([-1, 0]);
    expect(monthlyReturns(new Float64Array(0), new Float64Array(0), '1h', 100)).toEqual([]);
  });

  it('of months and of years compound to the total return', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.constantFrom('6h' as const, '1d' as const, '3d' as const),
        fc.integer({ min: 0, max: 5_000 }),
        (steps, timeframe, day) => {
          let value = 1_000;
          const equity = Float64Array.from(steps, (step) => (value *= Math.min(1.2, Math.max(0.85, step))));
          const start = Math.floor((day * 86_400_000) / timeframeMs(timeframe)) * timeframeMs(timeframe);
          const months = monthlyReturns(timesFrom(start, equity.length, timeframe), equity, timeframe, 1_000);
          const total = equity.at(-1)! / 1_000;
          const compound = (returns: readonly { readonly return: number }[]): number =>
            returns.reduce((growth, { return: value }) => growth * (1 + value), 1);
          expect(compound(months) / total).toBeCloseTo(1, 10);
          expect(compound(yearlyReturns(months)) / total).toBeCloseTo(1, 10);
          const keys = months.map(({ year, month }) => year * 12 + month);
          expect(keys).toEqual(keys.map((_, i) => keys[0]! + i));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('of a simulation compound to its total return', () => {
    fc.assert(
      fc.property(anySeries(150), busySpec, (series, spec) => {
        const { equity } = simulate(series, spec, realistic);
        const months = monthlyReturns(series.time, equity, series.timeframe, realistic.initialCash);
        const growth = months.reduce((product, month) => product * (1 + month.return), 1);
        expect(growth).toBeCloseTo(equity.at(-1)! / realistic.initialCash, 9);
      }),
      { numRuns: 30 },
    );
  });
});
