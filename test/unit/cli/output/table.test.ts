import { describe, expect, it } from 'vitest';
import { formatTable } from '../../../../src/cli/output/table.ts';
import { isoTime, percent } from '../../../../src/reports/figures.ts';
import { recordedIo } from '../recorded-io.ts';

describe('a table', () => {
  it('aligns text to the left and numbers to the right', () => {
    const rows = [
      { symbol: 'BTC-USD', price: 107_173.21, side: 'buy' },
      { symbol: 'X', price: 2, side: 'sell' },
    ];
    expect(formatTable(rows)).toBe(
      ['symbol       price  side', 'BTC-USD  107173.21  buy', 'X                2  sell'].join('\n'),
    );
  });

  it('writes small and large numbers without an exponent, and hides rounding errors', () => {
    const rows = [{ n: 1e-8 }, { n: 123_456_789_012 }, { n: 0.1 + 0.2 }];
    expect(formatTable(rows).split('\n')).toEqual(['           n', '  0.00000001', '123456789012', '         0.3']);
  });

  it('shows missing values as a dash, and keeps the column numeric', () => {
    expect(formatTable([{ n: null }, { n: 12 }, { n: undefined }]).split('\n')).toEqual([' n', ' -', '12', ' -']);
  });

  it('keeps the control characters of stored texts from the terminal', () => {
    expect(formatTable([{ reason: 'a\n\u001b[31mb\tc' }])).toBe('reason\na [31mb c');
  });

  it('is one line when there are no rows', () => {
    const { io, stdout } = recordedIo();
    io.table([], 'No orders.');
    expect(stdout()).toBe('No orders.\n');
  });
});

it('writes times in UTC and shares in percent', () => {
  expect(isoTime(Date.UTC(2026, 0, 22, 19, 35))).toBe('2026-01-22T19:35:00Z');
  expect(isoTime(1)).toBe('1970-01-01T00:00:00.001Z');
  expect(percent(0.12345)).toBe('12.35 %');
  expect(percent(null)).toBeNull();
});
