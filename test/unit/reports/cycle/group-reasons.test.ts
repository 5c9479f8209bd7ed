import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupReasons } from '../../../../src/reports/cycle/group-reasons.ts';

describe('grouped reasons', () => {
  it('merge similar texts with the range of their numbers, most frequent first', () => {
    const reasons = [
      'loses 3.5 % in sample after fees',
      '7 trades in sample, 20 are needed',
      '0 trades in sample, 20 are needed',
      '19 trades in sample, 20 are needed',
      'loses 12.0 % in sample after fees',
      'Sharpe ratio in sample is undefined',
    ];
    expect(groupReasons(reasons)).toEqual([
      { reason: '0..19 trades in sample, 20 are needed', count: 3 },
      { reason: 'loses 3.5..12.0 % in sample after fees', count: 2 },
      { reason: 'Sharpe ratio in sample is undefined', count: 1 },
    ]);
  });

  it('order numbers by value, negative ones too', () => {
    expect(groupReasons(['return -9.5 %', 'return -10.5 %', 'return 2.0 %'])).toEqual([
      { reason: 'return -10.5..2.0 %', count: 3 },
    ]);
  });

  it('keep a single reason unchanged, and are empty without reasons', () => {
    expect(groupReasons(['drawdown 28.0 % above 25.0 %'])).toEqual([
      { reason: 'drawdown 28.0 % above 25.0 %', count: 1 },
    ]);
    expect(groupReasons([])).toEqual([]);
  });

  it('lose no reason, whatever the texts and their order', () => {
    const reason = fc.oneof(
      fc.integer().map((n) => `${n} trades`),
      fc.float({ noNaN: true }).map((n) => `loses ${n.toFixed(1)} %`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(reason), (reasons) => {
        const groups = groupReasons(reasons);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(reasons.length);
        expect(groupReasons([...reasons].reverse()).map(({ count }) => count)).toEqual(
          groups.map(({ count }) => count),
        );
      }),
    );
  });
});
