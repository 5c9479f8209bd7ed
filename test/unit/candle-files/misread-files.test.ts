import { describe, expect, it } from 'vitest';
import { candlesOfBytes } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { isInputError, sentenceOf } from '../../../src/domain/errors.ts';
import { type CandleFileHints } from '../../../src/domain/market/candle-layout/layout.ts';
import { printedPrices } from '../../../src/domain/market/market-limits.ts';
import { isPartOf } from '../../../src/domain/market/is-part-of.ts';
import { seriesOfColumns } from '../../../src/domain/market/build-series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';

/** Files that were read wrongly, or refused with advice that did not work: each found by an attack from outside. */

const START = Date.UTC(2024, 2, 5);
const HOUR = 3_600_000;
const iso = (i: number, from = START): string => new Date(from + i * HOUR).toISOString().slice(0, 19).replace('T', ' ');
const price = (i: number): number => 40_000 + 10 * (i % 7);
const bar = (i: number): string => `${price(i)},${price(i) + 5},${price(i) - 5},${price(i) + 2}`;
const table = (header: string, count: number, row: (i: number) => string): string =>
  [header, ...Array.from({ length: count }, (_, i) => row(i)), ''].join('\n');

function read(content: string, hints: CandleFileHints = {}, path = 'BTC-USD_1h.csv') {
  return candlesOfBytes(new TextEncoder().encode(content), path, hints);
}

function refusal(content: string, hints?: CandleFileHints, path?: string): string {
  try {
    read(content, hints, path);
  } catch (error) {
    if (isInputError(error)) return sentenceOf(error);
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('volume', () => {
  it('is the column that times the price is the other, whatever their names (HTX)', () => {
    const rows = (base: string, quote: string): string =>
      table(
        `time,open,high,low,close,${base},${quote}`,
        30,
        (i) => `${iso(i)},${bar(i)},${2 + i},${(2 + i) * price(i)}`,
      );
    for (const content of [rows('amount', 'vol'), rows('amount', 'volume'), rows('volume', 'amount')]) {
      expect([...read(content).columns.volume].slice(0, 3)).toEqual([2, 3, 4]);
    }
  });
});

describe('a row without trades is the same as a missing one', () => {
  const good = (i: number): string => `${iso(i)},${bar(i)},${1 + i}`;
  const untraded = (i: number): string => `${iso(i)},0.01,0.01,0.01,0.01,0`;
  it.each(['timestamp,open,high,low,close,volume', 'Time;Open;High;Low;Close;Volume'])('in %s', (header) => {
    const write = (row: (i: number) => string): string =>
      header.includes(';') ? table(header, 40, row).replaceAll(',', ';') : table(header, 40, row);
    const inside = read(write((i) => (i === 20 ? untraded(i) : good(i))));
    expect(printedPrices(inside.columns, inside.fractionDigits)).toEqual({
      fractionDigits: 0,
      lowest: 39_995,
      highest: 40_065,
    });
    const around = read(write((i) => (i < 3 || i > 37 ? untraded(i) : good(i))));
    expect(around.columns.length).toBe(35);
    expect([around.columns.time[0], around.columns.open[0]]).toEqual([START + 3 * HOUR, price(3)]);
    expect(around.assumed.join()).toContain('5 rows without trades at the ends left out');
  });
});

describe('a zone that the file names', () => {
  it.each([
    ['Gmt+1 time', '+01:00', 1],
    ['Time (EST)', 'America/New_York', -5],
    ['Time (GMT+2)', '+02:00', 2],
    ['date(UTC+8)', '+08:00', 8],
    ['Date (America/New_York)', 'America/New_York', -5],
  ])('%s is refused with the option that reads it', (name, zone, hours) => {
    const content = table(`${name},open,high,low,close`, 30, (i) => `${iso(i)},${bar(i)}`);
    expect(refusal(content)).toContain(`Give --timezone ${zone}`);
    expect(read(content, { timezone: zone }).columns.time[0]).toBe(START - hours * HOUR);
    expect(read(content, { timezone: 'UTC' }).columns.time[0]).toBe(START);
  });

  it('is refused in JSON too, and UTC is not', () => {
    const json = (key: string, zone: string): string =>
      JSON.stringify({
        meta: { [key]: zone },
        values: Array.from({ length: 5 }, (_, i) => ({ datetime: iso(i), open: 4, high: 5, low: 3, close: 4 })),
      });
    expect(refusal(json('exchange_timezone', 'America/New_York'))).toContain('--timezone America/New_York');
    expect(refusal(json('6. Time Zone', 'US/Eastern'))).toContain('--timezone US/Eastern');
    expect(read(json('timezone', 'UTC')).columns.time[0]).toBe(START);
  });
});

describe('what contradicts is refused', () => {
  const named = (symbol: string): string =>
    table('symbol,time,open,high,low,close,volume', 20, (i) => `${symbol},${iso(i)},${bar(i)},1`);
  it('another market in the file than in its name', () => {
    expect(refusal(named('ETH-USD'))).toContain('Give --symbol BTC-USD or --symbol ETH-USD');
    expect(read(named('ETH-USD'), { symbol: 'BTC-USD' }).symbol).toBe('BTC-USD');
    for (const same of ['BTCUSD', 'BTC/USD', 'XBTUSD', 'BTC-USD-PERP'])
      expect(read(named(same)).symbol).toBe('BTC-USD');
  });

  it.each(['BTC-USD_1M.csv', 'BTC-USD_1mo.csv', 'BTC-USD_ONE_MONTH.csv', 'BTCUSD_MN1.csv', 'BTC-USD_30s.csv'])(
    'a name of months or seconds: %s',
    (path) => {
      const content = table('time,open,high,low,close,volume', 20, (i) => `${iso(i)},${bar(i)},1`);
      expect(refusal(content, {}, path)).toMatch(/the name says .* cannot be traded on.*--timeframe/);
      expect(read(content, { timeframe: '1h' }, path).timeframe).toBe('1h');
    },
  );

  it('a perpetual of TradingView is not the spot market', () => {
    const content = table('time,open,high,low,close,volume', 20, (i) => `${iso(i)},${bar(i)},1`);
    expect(read(content, {}, 'BINANCE_BTCUSDT, 60.csv').symbol).toBe('BTC-USDT');
    expect(read(content, {}, 'BINANCE_BTCUSDT.P, 60.csv').symbol).toBe('BTC-USDT-PERP');
  });
});

describe('times', () => {
  it.each(['date,hour', 'date,time'])('%s with hours from 0 to 23 are hours, not minutes', (header) => {
    const content = table(`${header},open,high,low,close`, 48, (i) => `${iso(i).slice(0, 10)},${i % 24},${bar(i)}`);
    const { columns, timeframe } = read(content, {}, 'BTC-USD.csv');
    expect([timeframe, columns.length, columns.time[47]]).toEqual(['1h', 48, START + 47 * HOUR]);
  });

  const dotted = (i: number): string => {
    const [year, month, day] = iso(i).slice(0, 10).split('-');
    return `${month}.${day}.${year} ${iso(i).slice(11, 16)},${bar(i)}`;
  };
  it('month first with dots is read where it is the regular reading, and with --date-order', () => {
    const content = table('time,open,high,low,close', 8 * 24, dotted);
    for (const hints of [{}, { dateOrder: 'mdy' }] as const) {
      const { columns } = read(content, hints);
      expect([columns.time[0], columns.time[191]]).toEqual([START, START + 191 * HOUR]);
    }
    // One day fits both: dots are then read as nearly everybody writes them.
    expect(read(table('time,open,high,low,close', 24, dotted)).columns.time[0]).toBe(Date.UTC(2024, 4, 3));
  });

  it('a row without prices needs a time: totals and wrong dates are faults', () => {
    const with_ = (row: string): string =>
      table('time,open,high,low,close,volume', 20, (i) => `${iso(i)},${bar(i)},1`) + row;
    for (const cell of ['Total', 'banana', '2031-02-30 00:00:00'])
      expect(refusal(with_(`${cell},,,,,7449.1\n`))).toMatch(/line 22: '.*' is not a time/);
    expect(read(with_(`${iso(20)},,,,,\n`)).columns.length).toBe(20);
  });

  it.each<[string, (i: number) => string, CandleFileHints, RegExp]>([
    ['last moments', (i) => iso(i).replace(':00:00', ':59:59'), { timeIs: 'close' }, /Give --time-is close/],
    ['half hours', (i) => iso(i).replace(':00:', ':30:'), { timezone: 'Asia/Kolkata' }, /Give --timezone/],
  ])('off the grid by %s: the advice reads them', (_, time, hints, advice) => {
    const content = table('time,open,high,low,close', 30, (i) => `${time(i)},${bar(i)}`);
    expect(refusal(content)).toMatch(advice);
    expect(read(content, hints).columns.length).toBe(30);
  });
});

describe('messages', () => {
  it('a number of a hundred thousand digits is a fault of its line', () => {
    const long = (i: number): string => (i === 3 ? '9'.repeat(200_000) : String(price(i)));
    const content = table(
      'timestamp,open,high,low,close,volume',
      10,
      (i) => `${iso(i)},${long(i)},${bar(i).slice(6)},1`,
    );
    expect(refusal(content)).toMatch(/line 5: .*'99+…' is not a number/);
  });

  it('quote at most 80 characters of a file in all, and name numbers that they cannot read', () => {
    const wide = table('time,open,high,low,close,volume', 30, (i) => `${iso(i)},${bar(i)},${'x'.repeat(60)}`);
    const quoted = [...refusal(wide).matchAll(/'([^']*)'/g)].map((match) => match[1]!.length);
    expect(quoted).toHaveLength(5);
    expect(quoted.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(80);
    const dollars = table('time,open,high,low,close', 10, (i) => `${iso(i)},(1),(2),(1),(2)`);
    expect(refusal(dollars)).toMatch(/line 2: the prices are not plain numbers \('\(1\), \(2\), \(1\), \(2\)'\)/);
  });
});

it('older candles before stored ones are growth, not a correction', () => {
  const { columns } = read(table('time,open,high,low,close,volume', 30, (i) => `${iso(i)},${bar(i)},1`));
  const whole = seriesOfColumns('BTC-USD', '1h', columns);
  expect(isPartOf(sliceSeries(whole, 10, 30), whole)).toBe(true);
  expect(isPartOf(whole, sliceSeries(whole, 10, 30))).toBe(false);
  const changed = { ...whole, close: whole.close.map((value, i) => (i === 15 ? value + 1 : value)) };
  expect(isPartOf(sliceSeries(whole, 10, 30), changed)).toBe(false);
});
