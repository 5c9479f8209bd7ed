import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tradeAt, tradesWithin, type Trade } from '../../../web/report/model.js';

/** Trades in sequence: one position at a time. */
const tradesOf = (spans: readonly (readonly [entry: number, exit: number])[]): Trade[] =>
  spans.map(([entry, exit], i) => ({ number: i + 1, entry, exit }) as Trade);
const some = tradesOf([
  [2, 4],
  [4, 9],
  [20, 20],
]);

describe('trades of a chart', () => {
  it('in a range are those that touch it', () => {
    const numbers = (from: number, to: number): readonly number[] => tradesWithin(some, from, to).map((t) => t.number);
    expect(numbers(0, 100)).toEqual([1, 2, 3]);
    expect(numbers(5, 20)).toEqual([2]);
    expect(numbers(4.5, 20.5)).toEqual([1, 2, 3]);
    expect(numbers(10, 20)).toEqual([]);
    expect(tradesWithin([], 0, 10)).toEqual([]);
  });

  it('in a range equal those found by a linear search', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(5), held: fc.nat(9) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.nat(200), fc.nat(60), (list, from, length) => {
        let point = 0;
        const trades = tradesOf(
          list.map(({ wait, held }) => {
            const entry = point + wait;
            point = entry + held;
            return [entry, point] as const;
          }),
        );
        const to = from + length;
        expect(tradesWithin(trades, from, to)).toEqual(
          trades.filter(({ entry, exit }) => exit + 1 > from && entry < to),
        );
      }),
    );
  });

  it('at a point is the trade there, or the nearest within the distance', () => {
    expect(tradeAt(some, 6, 0)?.number).toBe(2);
    expect(tradeAt(some, 20, 0)?.number).toBe(3);
    expect(tradeAt(some, 12, 0)).toBeNull();
    expect(tradeAt(some, 12, 4)?.number).toBe(2);
    expect(tradeAt(some, 17, 4)?.number).toBe(3);
    expect(tradeAt([], 3, 10)).toBeNull();
  });
});
