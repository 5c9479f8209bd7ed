import { describe, expect, it } from 'vitest';
import { parseCandleCsv } from '../../../src/domain/market/candle-csv.ts';
import { CandleFileError } from '../../../src/domain/market/candle-file-error.ts';
import { parseCandleTime } from '../../../src/domain/market/candle-time.ts';

const HEADER = 'timestamp,open,high,low,close,volume';
const row = (minute: number, rest = '10,11,9,10.5,3'): string => `2025-07-01 00:0${minute}:00,${rest}`;

function errorOf(text: string): CandleFileError {
  try {
    parseCandleCsv(text);
  } catch (error) {
    if (error instanceof CandleFileError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('parseCandleCsv', () => {
  it('reads columns in any order and case, and ignores other columns, BOM and line ends', () => {
    const text = '\uFEFFVolume,CLOSE,low,High,"Open",Date,trades\r\n3,10.5,9,11,10,2025-07-01T00:05:00Z,77\r\n\r\n';
    expect(parseCandleCsv(text)).toEqual([
      { time: Date.UTC(2025, 6, 1, 0, 5), open: 10, high: 11, low: 9, close: 10.5, volume: 3 },
    ]);
  });

  it.each([
    ['broken number', `${HEADER}\n${row(0)}\n${row(1, '10,11,9,abc,3')}`, 3, "close 'abc' is not a number"],
    ['empty cell', `${HEADER}\n${row(0, '10,11,9,,3')}`, 2, "close '' is not a number"],
    ['NaN price', `${HEADER}\n${row(0, 'NaN,11,9,10,3')}`, 2, "open 'NaN' is not a number"],
    ['zero price', `${HEADER}\n${row(0, '10,11,0,10,3')}`, 2, 'low is 0'],
    ['negative price', `${HEADER}\n${row(0, '10,11,-9,10,3')}`, 2, 'low is -9'],
    ['overflowing price', `${HEADER}\n${row(0, '10,1e999,9,10,3')}`, 2, 'high is not a number'],
    ['negative volume', `${HEADER}\n${row(0, '10,11,9,10,-3')}`, 2, 'volume is -3'],
    ['high below low', `${HEADER}\n${row(0, '10,8,9,10,3')}`, 2, 'low 9 is above high 8'],
    ['close outside', `${HEADER}\n${row(0, '10,11,9,12,3')}`, 2, 'close 12 is outside'],
    ['short row', `${HEADER}\n${row(0)}\n2025-07-01 00:01:00,1,2`, 3, '3 values where the header has 6'],
    ['not a time', `${HEADER}\nyesterday,10,11,9,10,3`, 2, "'yesterday' is not a time"],
    ['no such day', `${HEADER}\n2025-02-30 00:00:00,10,11,9,10,3`, 2, 'is not a time'],
    ['duplicate', `${HEADER}\n${row(0)}\n${row(1)}\n${row(1)}`, 4, 'duplicate time'],
    ['out of order', `${HEADER}\n${row(2)}\n${row(1)}`, 3, 'sort the file'],
    ['blank line inside', `${HEADER}\n${row(0)}\n\n${row(1)}`, 3, 'the line is empty'],
    ['missing column', 'timestamp,open,high,close,volume\n', 1, 'column low is missing'],
    ['no time column', 'open,high,low,close,volume\n', 1, 'timestamp/time/date is missing'],
    ['column twice', 'time,open,high,low,close,close,volume\n', 1, '2 close columns'],
    ['two time columns', 'time,date,open,high,low,close,volume\n', 1, '2 timestamp/time/date columns'],
    ['empty file', '\n', 1, 'the file is empty'],
    ['header only', `${HEADER}\n`, 1, 'no candle'],
  ])('refuses a file with a %s, naming the line', (_, text, line, problem) => {
    const error = errorOf(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(`line ${line}: `);
    expect(error.message).toContain(problem);
  });
});

describe('parseCandleTime', () => {
  const noon = Date.UTC(2025, 6, 1, 12);
  it.each([
    ['2025-07-01 12:00:00', noon],
    ['2025-07-01 12:00', noon],
    ['2025-07-01T12:00:00Z', noon],
    ['2025-07-01T12:00:00.000Z', noon],
    ['2025-07-01T14:00:00+02:00', noon],
    ['2025-07-01T06:30:00-0530', noon],
    ['2025-07-01', Date.UTC(2025, 6, 1)],
    [String(noon / 1000), noon],
    [String(noon), noon],
  ])('reads %s as UTC', (text, expected) => {
    expect(parseCandleTime(text)).toBe(expected);
  });

  it.each(['', '2025-13-01', '2025-07-01 24:00:00', '2025-07-01 12:60:00', '01/07/2025', '12', 'NaN'])(
    'does not accept %j as a time',
    (text) => {
      expect(parseCandleTime(text)).toBeNull();
    },
  );
});
