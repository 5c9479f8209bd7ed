import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { slowColumns } from './slow-columns.ts';
import { quickCandleColumns } from '../../../src/domain/market/quick-candle-csv.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';

const HEADER = 'timestamp,open,high,low,close,volume';
const quick = (text: string): ReturnType<typeof quickCandleColumns> =>
  quickCandleColumns(new TextEncoder().encode(text));

describe('the quick reader of candle files', () => {
  it('gives the values of the layout inference, bit for bit', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 10 ** 9 }), fc.nat(9), fc.boolean())
      .map(([whole, fraction, zeros, isPlain]) =>
        isPlain ? String(whole) : `${whole}.${'0'.repeat(zeros)}${fraction}`,
      );
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 40 }), fc.boolean(), (volumes, hasReturns) => {
        const rows = volumes.map((volume, i) => {
          const time = new Date(Date.UTC(2025, 1, 27) + i * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
          return `${time},100.1,${100.2 + i},0.0${i}1,100.15,${volume}`;
        });
        const text = [HEADER, ...rows, ''].join(hasReturns ? '\r\n' : '\n');
        const isKnown = volumes.some((volume) => Number(volume) > 0);
        const wanted = isKnown ? slowColumns(text) : undefined;
        expect(quick(text)?.columns).toEqual(wanted);
        expect(quick(text.trimEnd())?.columns).toEqual(wanted);
      }),
    );
  });

  it('counts the fraction digits of prices, trailing zeros included, and not those of volumes', () => {
    const text = `${HEADER}\n2025-01-01 00:00:00,1,2.500,0.5,1.50,3.123456\n2025-01-01 01:00:00,1,2,0.5,1.5,3\n`;
    expect(quick(text)?.fractionDigits).toBe(3);
  });

  const row = (time: string, rest = '1,2,0.5,1.5,3'): string =>
    `${HEADER}\n2025-01-01 00:00:00,1,2,0.5,1.5,3\n${time},${rest}\n`;
  it.each([
    ['no candle', `${HEADER}\n`],
    ['another header', row('2025-01-01 01:00:00').replace('timestamp', 'time')],
    ['a date that does not exist', row('2025-04-31 00:00:00')],
    ['an hour that does not exist', row('2025-01-02 24:00:00')],
    ['ISO 8601', row('2025-01-02T01:00:00Z')],
    ['epoch seconds', row('1735689600')],
    ['the same time again', row('2025-01-01 00:00:00')],
    ['time that runs backwards', row('2024-12-31 00:00:00')],
    ['an exponent', row('2025-01-01 01:00:00', '1,2,0.5,1.5,3e2')],
    ['a sign', row('2025-01-01 01:00:00', '1,2,0.5,1.5,-3')],
    ['two points', row('2025-01-01 01:00:00', '1,2,0.5,1.5.1,3')],
    ['an empty cell', row('2025-01-01 01:00:00', '1,2,,1.5,3')],
    ['a cell too few', row('2025-01-01 01:00:00', '1,2,0.5,1.5')],
    ['a cell too many', row('2025-01-01 01:00:00', '1,2,0.5,1.5,3,4')],
    ['an empty line', `${row('2025-01-01 01:00:00')}\n`],
    ['low above high', row('2025-01-01 01:00:00', '1,2,3,1.5,3')],
    ['a price of zero', row('2025-01-01 01:00:00', '1,2,0,1.5,3')],
    ['volumes of nothing but zeros', `${HEADER}\n2025-01-01 00:00:00,1,2,0.5,1.5,0.0\n`],
    ['a byte order mark', `\uFEFF${row('2025-01-01 01:00:00')}`],
  ])('leaves %s to the layout inference', (_, text) => {
    expect(quick(text)).toBeNull();
  });

  const need = needsRealFiles('BTC-USD_FIVE_MINUTE.csv');
  it.skipIf(need.isMissing)(need.title('reads the real candles'), () => {
    const bytes = readFileSync(realFile('BTC-USD_FIVE_MINUTE.csv'));
    const { length, ...read } = quickCandleColumns(bytes)!.columns;
    const { length: expected, ...strict } = slowColumns(bytes.toString());
    expect(length).toBe(expected);
    for (const [name, column] of Object.entries(strict)) {
      // Compare bytes: comparing 59,206 numbers one by one takes seconds.
      expect(Buffer.from(read[name as keyof typeof read].buffer).equals(Buffer.from(column.buffer)), name).toBe(true);
    }
  });
});
