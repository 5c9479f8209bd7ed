import { describe, expect, it } from 'vitest';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { compileCondition } from '../../../src/domain/strategies/compile-rules.ts';
import { type Condition } from '../../../src/domain/strategies/spec.ts';
import { seriesOf } from '../market/series-fixture.ts';

const series = seriesOf([10, 12, 11, 11, 13, 14, 9, 8].map((close) => [close, close, close, close] as const));
const cache = createIndicatorCache(series);
const holdsAt = (condition: Condition): number[] => {
  const test = compileCondition(condition, cache);
  return Array.from({ length: series.length }, (_, i) => i).filter(test);
};
const close = { field: 'close' } as const;
const eleven = { value: 11 } as const;
const sma = { indicator: 'sma', params: { period: 3 } } as const;

describe('rules', () => {
  it.each([
    ['>', [1, 4, 5]],
    ['<', [0, 6, 7]],
    ['>=', [1, 2, 3, 4, 5]],
    ['<=', [0, 2, 3, 6, 7]],
    ['crosses-above', [1, 4]],
    ['crosses-below', [6]],
  ] as const)('close %s 11 holds at the bars %j', (op, bars) => {
    expect(holdsAt({ left: close, op, right: eleven })).toEqual(bars);
  });

  it('are false while an indicator is undefined, for every comparison', () => {
    for (const op of ['>', '<', '>=', '<='] as const) {
      expect(holdsAt({ left: close, op, right: sma }).every((bar) => bar >= 2)).toBe(true);
    }
    expect(holdsAt({ left: close, op: 'crosses-above', right: sma })).toEqual([4]);
  });

  it('combine', () => {
    const above = { left: close, op: '>', right: eleven } as const;
    const low = { left: close, op: '<', right: { value: 10 } } as const;
    expect(holdsAt({ any: [above, low] })).toEqual([1, 4, 5, 6, 7]);
    expect(holdsAt({ all: [above, { left: close, op: '>', right: { value: 12 } }] })).toEqual([4, 5]);
    expect(holdsAt({ any: [{ all: [above, low] }, low] })).toEqual([6, 7]);
  });
});
