import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readBytes } from '../../../src/adapters/candle-files/read-bytes.ts';
import { candlesOfBytes, readCandleFile } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { readMarketFiles } from '../../../src/adapters/candle-files/read-market-files.ts';
import { type CandleFileHints } from '../../../src/domain/market/candle-layout/layout.ts';
import { isInputError, sentenceOf } from '../../../src/domain/errors.ts';

const HEADER = 'time,open,high,low,close,volume';
const HOUR = 3600;
const START = Date.UTC(2024, 0, 1) / 1000;
const row = (i: number, rest = '10,12,9,11,5'): string => `${START + i * HOUR},${rest}`;
const rows = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => row(i));
const file = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

function read(content: string | Uint8Array, hints: CandleFileHints = {}, path = 'BTC-USD.csv') {
  return candlesOfBytes(typeof content === 'string' ? new TextEncoder().encode(content) : content, path, hints);
}

/** The line that the command line prints; it exits 2. */
function refusal(content: string | Uint8Array, hints?: CandleFileHints, path?: string): string {
  try {
    read(content, hints, path);
  } catch (error) {
    if (!isInputError(error)) throw error;
    const said = sentenceOf(error);
    expect(said).not.toMatch(/[\n\r\t\0]/);
    return said;
  }
  throw new Error('the file was accepted');
}

describe('a doubt is refused with the option that settles it', () => {
  const days = (from: number, date: (day: string) => string): string =>
    file('date,open,high,low,close', ...Array.from({ length: 4 }, (_, i) => `${date(`0${from + i}`)},10,12,9,11`));
  const hours = (date: string): string =>
    file('date,open,high,low,close', ...[10, 11, 12].map((hour) => `${date} ${hour}:00,10,12,9,11`));
  it.each<[what: string, content: string, said: RegExp, hints: CandleFileHints, first: string]>([
    [
      'day or month',
      hours('02/03/2024'),
      /day and month.*--date-order dmy or --date-order mdy/,
      { dateOrder: 'dmy' },
      '2024-03-02T10',
    ],
    ['day or month', hours('02/03/2024'), /day and month/, { dateOrder: 'mdy' }, '2024-02-03T10'],
    ['year first or last', hours('02-03-04'), /day and month.*--date-order/, { dateOrder: 'ymd' }, '2002-03-04T10'],
    ['days or months', days(1, (day) => `01/${day}/2024`), /--date-order/, { dateOrder: 'mdy' }, '2024-01-01T00'],
    [
      'decimal or thousands',
      file('time;open;high;low;close', ...[0, 1, 2].map((i) => `${START + i * HOUR};1,000;1,200;1,000;1,100`)),
      /--decimal point or --decimal comma/,
      { decimal: 'comma' },
      '2024-01-01T00',
    ],
    [
      'a missing column',
      file('time,open,high,low,note,volume', ...rows(3)),
      /no column close.*--columns/,
      { columns: ['time', 'open', 'high', 'low', 'close', 'volume'] },
      '2024-01-01T00',
    ],
    [
      'a column twice',
      file('time,open,high,low,close,close,volume', ...rows(3).map((line) => line.replace(',11,', ',11,11,'))),
      /2 columns of close.*--columns/,
      { columns: ['time', 'open', 'high', 'low', 'close', '-', 'volume'] },
      '2024-01-01T00',
    ],
    [
      'two volumes',
      file('time,open,high,low,close,volume,vol', ...rows(3).map((line) => `${line},6`)),
      /both be the volume.*--columns/,
      { columns: ['time', 'open', 'high', 'low', 'close', 'volume', '-'] },
      '2024-01-01T00',
    ],
    [
      'no usual order',
      file(...[0, 1, 2].map((i) => `${START + i * HOUR},12,10,11,9,5`)),
      /no usual order.*--columns/,
      { columns: ['time', 'high', 'open', 'close', 'low', 'volume'] },
      '2024-01-01T00',
    ],
    [
      'opens and closes exchanged',
      file(...[0, 1, 2, 3, 4].map((i) => `${START + i * HOUR},${101 + i},${102 + i},${99 + i},${100 + i},5`)),
      /exchanged.*--columns/,
      { columns: ['time', 'close', 'high', 'low', 'open', 'volume'] },
      '2024-01-01T00',
    ],
    [
      'a thin market',
      file(HEADER, ...[0, 2, 5, 7, 12].map((i) => `${START + i * 60},10,12,9,11,5`)),
      /--timeframe 1m/,
      { timeframe: '1m' },
      '2024-01-01T00',
    ],
    ['one candle', file(HEADER, row(0)), /fewer than two candles.*--timeframe/, { timeframe: '1h' }, '2024-01-01T00'],
    [
      'mixed units',
      file(
        `unix,${HEADER.replace('time', 'date')}`,
        ...[0, 1, 2, 3].map(
          (i) => `${i < 3 ? START + i * HOUR : (START + i * HOUR) * 1000},2024-01-01 0${i}:00,10,12,9,11,5`,
        ),
      ),
      /is in ms, others are in s.*--columns/,
      { columns: ['-', 'time', 'open', 'high', 'low', 'close', 'volume'] },
      '2024-01-01T00',
    ],
    [
      'no market in the name',
      file(HEADER, ...rows(3)),
      /does not contain a market.*--symbol/,
      { symbol: 'BTC-USD' },
      '2024-01-01T00',
    ],
    [
      'a name that contradicts',
      file(HEADER, ...rows(3)),
      /the name says 5m, the candles are 1h.*--timeframe 1h/,
      { timeframe: '1h' },
      '2024-01-01T00',
    ],
  ])('%s', (what, content, said, hints, first) => {
    const path =
      what === 'no market in the name' ? 'data.csv' : what === 'a name that contradicts' ? 'BTC-USD_5m.csv' : undefined;
    expect(refusal(content, {}, path)).toMatch(said);
    expect(new Date(read(content, hints, path).columns.time[0]!).toISOString().slice(0, 13)).toBe(first);
  });

  it('local time: the hour that repeats, and the one that is missing', () => {
    const local = (...stamps: readonly string[]): string =>
      file(HEADER, ...stamps.map((stamp, i) => `${stamp},10,12,9,${11 - i / 100},5`));
    const autumn = local('2024-10-27 01:00', '2024-10-27 02:00', '2024-10-27 02:00', '2024-10-27 03:00');
    expect(refusal(autumn)).toMatch(/local time, give --timezone.*2024-10-27 02:00.*Europe\/Berlin/);
    expect(
      [...read(autumn, { timezone: 'Europe/Berlin' }).columns.time].map((time) => (time / 3_600_000) % 24),
    ).toEqual([23, 0, 1, 2]);
    const spring = local('2024-03-10 00:00', '2024-03-10 01:00', '2024-03-10 03:00', '2024-03-10 04:00');
    expect(refusal(spring)).toMatch(/local time, give --timezone.*America\/New_York/);
    expect(
      [...read(spring, { timezone: 'America/New_York' }).columns.time].map((time) => (time / 3_600_000) % 24),
    ).toEqual([5, 6, 7, 8]);
    expect(read(spring, { timezone: 'UTC' }).columns.length).toBe(4);
    expect(refusal(spring.replace('03:00', '02:30'), { timezone: 'America/New_York' })).toMatch(
      /does not exist in America\/New_York/,
    );
    expect(refusal(spring, { timezone: 'Mars/Olympus' })).toMatch(/no zone of this name/);
  });

  it('a file that begins in an hour that repeats: the candle behind it tells which of the two', () => {
    const hours = (...stamps: readonly string[]): readonly number[] =>
      [
        ...read(file(HEADER, ...stamps.map((stamp, i) => `2024-10-27 ${stamp},10,12,9,${11 - i / 100},5`)), {
          timezone: 'Europe/Berlin',
        }).columns.time,
      ].map((time) => (time / 3_600_000) % 24);
    expect(hours('02:00', '03:00', '04:00')).toEqual([1, 2, 3]);
    expect(hours('02:00', '02:00', '03:00')).toEqual([0, 1, 2]);
  });

  it('days of a zone in which clocks change', () => {
    const text = file(
      'date,open,high,low,close',
      ...[30, 31].map((day) => `2024-03-${day},10,12,9,11`),
      '2024-04-01,11,12,9,10',
    );
    expect(refusal(text, { timezone: 'Europe/Berlin' })).toMatch(/days of Europe\/Berlin.*Omit --timezone/);
    expect(read(text).timeframe).toBe('1d');
  });

  it('several orders of a day in dates are told apart by regular steps', () => {
    const text = days(1, (day) => `${day}/06/2024`);
    expect(new Date(read(text).columns.time[1]!).toISOString()).toBe('2024-06-02T00:00:00.000Z');
  });
});

describe('faults are counted, and the first five are shown with their lines', () => {
  it.each([
    ['a broken number', row(3, '10,12,9,abc,5'), "line 5: close 'abc' is not a number"],
    ['an empty price', row(3, '10,12,9,,5'), 'line 5: close is missing'],
    ['a price of zero', row(3, '10,12,0,11,5'), 'line 5: low is 0'],
    ['a negative price', row(3, '10,12,-9,11,5'), 'line 5: low is -9'],
    ['a price without end', row(3, '10,1e999,9,11,5'), 'line 5: high is not a number'],
    ['high below low', row(3, '10,8,9,11,5'), 'line 5: low 9 is above high 8'],
    ['a close outside', row(3, '10,12,9,13,5'), 'line 5: close 13 is outside'],
    ['a negative volume', row(3, '10,12,9,11,-5'), 'line 5: volume is -5'],
    ['a missing volume', row(3, '10,12,9,11,'), 'line 5: volume is missing'],
    ['a short row', '1,2', 'line 5: 2 values, the other rows have 6'],
    ['no time', `yesterday,10,12,9,11,5`, "line 5: 'yesterday' is not a time"],
    ['a huge number as time', `${'9'.repeat(30)},10,12,9,11,5`, 'is not a time'],
    ['a duplicate', row(2), 'line 5: duplicate time 2024-01-01T02:00:00.000Z'],
    ['a time out of order', row(0), 'line 5: time 2024-01-01T00:00:00.000Z is out of order'],
    ['a control character', row(3, '10,12,9,\u001B\u202Ex,5'), String.raw`close '\x1b\u{202e}x' is not a number`],
  ])('%s', (_what, line, problem) => {
    const said = refusal(file(HEADER, row(0), row(1), row(2), line, ...[5, 6, 7, 8, 9, 10, 11].map((i) => row(i))));
    expect(said).toContain(problem);
    expect(said).toMatch(/^line 5: |^\d+ faults/);
  });

  it('seven faults: five are listed', () => {
    const said = refusal(file(HEADER, ...rows(90), ...Array.from({ length: 7 }, (_, i) => row(90 + i, '10,12,9,x,5'))));
    expect(said).toMatch(/^7 faults, the first 5: line 92: .*line 96: /);
    expect(said).not.toContain('line 97');
  });

  it('a quotation has at most 80 characters', () => {
    const said = refusal(file(HEADER, row(0), row(1), row(2, `10,12,9,${'x'.repeat(5000)},5`)));
    expect(/'x+…'/.exec(said)![0].length).toBeLessThanOrEqual(82);
  });
});

describe('what is no table of candles is named', () => {
  it.each<[what: string, content: string | Uint8Array, said: RegExp]>([
    ['an empty file', '', /is empty/],
    ['blank lines', '\n\n \n', /is empty/],
    ['a header alone', `${HEADER}\n`, /no candle below it/],
    ['gaps alone', file(HEADER, `${START},,,,,`), /no candle/],
    ['binary content', new Uint8Array(2000).map((_, i) => (i * 7919) % 251), /is not text/],
    ['a Parquet file', 'PAR1\0\0', /is a Parquet file.*read_parquet/],
    ['a Feather file', 'ARROW1\0\0', /is a Feather file.*read_feather/],
    ['a zip archive', 'PK\u0003\u0004aaa.csv', /is a zip archive.*unzip/],
    ['an Excel workbook', 'PK\u0003\u0004xl/workbook.xml', /is an Excel workbook.*read_excel/],
    ['a web page', '<!DOCTYPE html><html>', /is a web page/],
    ['an error as JSON', '{"error":"rate limit"}', /holds no list of candles/],
    ['JSON that is cut off', '[[1704067200,1,2,', /is not JSON/],
    ['prose', 'hello\nworld\n', /no rows of a time and four prices/],
    [
      'months',
      file('date,open,high,low,close', ...[1, 2, 3, 4].map((month) => `2024-0${month}-01,10,12,9,11`)),
      /months/,
    ],
    [
      'seconds',
      file(HEADER, ...[0, 1, 2].map((i) => `${START + i},10,12,9,11,5`)),
      /candles are 1 s apart, from 2024-01-01T00:00:00.000Z on: not whole minutes.*--columns/,
    ],
    [
      'several markets',
      file(`symbol,${HEADER}`, `AAA,${row(0)}`, `BBB,${row(1)}`, `AAA,${row(2)}`),
      /several markets \(AAA, BBB\)/,
    ],
    ['several lists', JSON.stringify({ a: [[1, 2, 3, 4, 5]], b: [[1, 2, 3, 4, 5]] }), /2 lists of candles/],
  ])('%s', (_what, content, said) => {
    expect(refusal(content)).toMatch(said);
  });
});

describe('files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'candles-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const said = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'accepted',
      (error: unknown) => {
        if (!isInputError(error)) throw error;
        return sentenceOf(error);
      },
    );

  it('compressed ones are unpacked, within bounds', async () => {
    const packed = gzipSync(file(HEADER, ...rows(500)));
    const { columns, symbol } = await readCandleFile(write('BTCUSD-1h.csv.gz', packed));
    expect([columns.length, symbol]).toEqual([500, 'BTC-USD']);
    expect(await said(readCandleFile(write('BTC-USD.csv.gz', packed.subarray(0, -20))))).toMatch(
      /cannot be unpacked.*Download/,
    );
    expect(await said(readBytes(write('bomb.gz', gzipSync(new Uint8Array(5000))), 4000))).toMatch(/holds more than/);
    expect(await said(readBytes(write('large.csv', new Uint8Array(5000)), 4000))).toMatch(/is larger than/);
  });

  it('directories, devices and missing files are named', async () => {
    expect(await said(readCandleFile(directory))).toMatch(/is a directory/);
    expect(await said(readCandleFile(join(directory, 'no.csv')))).toMatch(/cannot be read/);
    expect(await said(readCandleFile('/dev/zero'))).toMatch(/is not a file/);
  });

  it('those of one market are joined when they agree', async () => {
    const lines = rows(10);
    const a = write('BTC-USD_a.csv', file(HEADER, ...lines.slice(0, 6)));
    const b = write('BTC-USD_b.csv', file(HEADER, ...lines.slice(4).toReversed()));
    const eth = write('ETH-USD.csv', file(HEADER, ...lines));
    const [btc, other] = await readMarketFiles([b, eth, a]);
    expect([btc!.symbol, btc!.columns.length, other!.symbol]).toEqual(['BTC-USD', 10, 'ETH-USD']);
    expect([...btc!.columns.time]).toEqual([...other!.columns.time]);

    const wrong = write('BTC-USD_c.csv', file(HEADER, row(4), row(5, '10,12,9,11.5,5'), row(6)));
    expect(await said(readMarketFiles([a, wrong]))).toMatch(
      /05:00:00.000Z differs: close is 11 in .*a\.csv line 7, 11\.5 in .*c\.csv line 3/,
    );
    const minutes = write('BTC-USD_e.csv', file(HEADER, `${START},10,12,9,11,5`, `${START + 60},10,12,9,11,5`));
    expect(await said(readMarketFiles([a, minutes]))).toMatch(/has candles of 1m, .* of 1h/);
    expect(await said(readMarketFiles([a, eth], { symbol: 'BTC-USD' }))).toMatch(/--symbol names one market/);
    expect((await readMarketFiles([a, b], { symbol: 'XBT-USD' })).map(({ symbol }) => symbol)).toEqual(['XBT-USD']);
  });
});

describe('hostile content costs no time', () => {
  const quickly = (content: string): string => {
    const began = performance.now();
    const said = refusal(content);
    expect(performance.now() - began).toBeLessThan(10_000);
    return said;
  };

  it('cells of a megabyte', () => {
    for (const cell of [
      '1 '.repeat(300_000),
      ' $'.repeat(300_000),
      '-'.repeat(600_000),
      '1,'.repeat(300_000),
      '2024-01-01 '.repeat(50_000),
    ]) {
      quickly(file(HEADER, row(0), `"${cell}",10,12,9,11,5`, `${START + 2 * HOUR},"${cell}",12,9,11,5`));
    }
  });

  it('a line without an end', () => {
    expect(quickly(`${HEADER}\n${'1,'.repeat(3_000_000)}`)).toMatch(/a line is longer than 1024 kB/);
  });

  it('JSON nested a million deep', () => {
    expect(quickly('['.repeat(1_000_000))).toMatch(/is not JSON/);
  });
});
