import { expect, it } from 'vitest';
import { decide } from '../../src/domain/strategies/decide.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { IMPLEMENTATIONS } from '../fixtures/engine/implementations.ts';
import { free } from '../unit/backtest/spec-fixture.ts';
import { seriesOf } from '../unit/market/series-fixture.ts';

// Bug: an indicator compared with zero instead of price.

const aboveAverage: StrategySpec = {
  family: 'trend-following',
  side: 'long',
  entry: { left: { field: 'close' }, op: '>', right: { indicator: 'sma', params: { period: 3 } } },
  stop: { kind: 'percent', value: 0.5 },
  sizing: { kind: 'fraction', fraction: 0.5 },
};
const moving = (step: number) =>
  seriesOf(
    Array.from({ length: 20 }, (_, i) => {
      const [open, close] = [100 + i * step, 100 + (i + 1) * step];
      return [open, Math.max(open, close) + 0.1, Math.min(open, close) - 0.1, close] as const;
    }),
  );

it.each(IMPLEMENTATIONS)(
  '$name: a price above its average enters, one below it does not, both above zero',
  ({ simulate }) => {
    expect(simulate(moving(1), aboveAverage, free).trades).toHaveLength(1);
    expect(simulate(moving(-1), aboveAverage, free).trades).toEqual([]);
  },
);

it('a tick does the same', () => {
  expect(decide(aboveAverage, moving(1), false).action).toBe('enter');
  expect(decide(aboveAverage, moving(-1), false).action).toBe('none');
});
