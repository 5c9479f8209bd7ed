import { describe, expect, it } from 'vitest';
import { candlesOfBytes } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { type CandleFileHints } from '../../../src/domain/market/candle-layout/layout.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1, 22);
/** open, high, low, close, volume of six hours; a bar opens where the one before it closed. */
const BARS = [
  [40000, 40027.5, 39947.25, 39959],
  [39959, 39971.5, 39894.75, 39908],
  [39908, 40087.5, 39887.25, 40074],
  [40074, 40116.5, 40049.75, 40103],
  [40103, 40197.5, 39785.25, 39832],
  [39832, 39933.5, 39727.75, 39758],
].map(([open, high, low, close], i) => ({
  time: START + i * HOUR,
  open: open!,
  high: high!,
  low: low!,
  close: close!,
  volume: i + 0.5,
}));
type Bar = (typeof BARS)[number];

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const lines = (head: readonly string[], row: (bar: Bar, i: number) => string, bars: readonly Bar[] = BARS): string =>
  [...head, ...bars.map(row), ''].join('\n');
const newestFirst = BARS.toReversed();
const plain = ({ open, high, low, close, volume }: Bar): string => [open, high, low, close, volume].join(',');

function read(content: string | Uint8Array, hints: CandleFileHints = {}, path = 'BTC-USD.csv') {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return candlesOfBytes(bytes, path, hints);
}

function expectBars(content: string | Uint8Array, hints: CandleFileHints = {}, path?: string) {
  const file = read(content, hints, path);
  const { columns } = file;
  const bars = Array.from({ length: columns.length }, (_, i) => ({
    time: columns.time[i],
    open: columns.open[i],
    high: columns.high[i],
    low: columns.low[i],
    close: columns.close[i],
    volume: file.volume === 'base' ? columns.volume[i] : 0,
  }));
  expect(bars).toEqual(file.volume === 'base' ? BARS : BARS.map((bar) => ({ ...bar, volume: 0 })));
  expect(file.timeframe).toBe('1h');
  return file;
}

describe('layouts of candle files', () => {
  const named = (time: string) => `${time},open,high,low,close,volume`;
  it.each<[what: string, content: string]>([
    ['epoch seconds', lines([named('unix')], (bar) => `${bar.time / 1000},${plain(bar)}`)],
    [
      'epoch milliseconds, newest first',
      lines([named('Open time')], (bar) => `${bar.time},${plain(bar)}`, newestFirst),
    ],
    ['epoch microseconds', lines([named('open_time')], (bar) => `${bar.time}000,${plain(bar)}`)],
    ['epoch nanoseconds', lines([named('time')], (bar) => `${bar.time}000000,${plain(bar)}`)],
    ['fractional epoch seconds', lines([named('Timestamp')], (bar) => `${bar.time / 1000}.000,${plain(bar)}`)],
    ['scientific epoch', lines([named('time')], (bar) => `${(bar.time / 1000).toExponential()},${plain(bar)}`)],
    [
      'an offset',
      lines([named('time')], (bar) => `${iso(bar.time + 5.5 * HOUR).replace(' ', 'T')}+05:30,${plain(bar)}`),
    ],
    ['GMT+0100', lines([named('Local time')], (bar) => `${iso(bar.time + HOUR)}.000 GMT+0100,${plain(bar)}`)],
    ['UTC behind the time', lines([named('Date')], (bar) => `${iso(bar.time)} UTC,${plain(bar)}`)],
    [
      'a compact date and clock',
      lines(
        ['<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>'],
        (bar) =>
          `BTC.V,60,${iso(bar.time).slice(0, 10).replaceAll('-', '')},${iso(bar.time).slice(11).replaceAll(':', '')},${plain(bar)},0`,
      ),
    ],
    [
      'clocks without leading zeros',
      lines(
        ['date,time,open,high,low,close,volume'],
        (bar) => `${iso(bar.time).slice(0, 10)},${Number(iso(bar.time).slice(11, 16).replace(':', ''))},${plain(bar)}`,
      ),
    ],
    [
      'hours with AM and PM',
      lines(
        [named('Date')],
        (bar) =>
          `${iso(bar.time).slice(0, 10)} ${new Date(bar.time).getUTCHours() % 12 || 12}-${new Date(bar.time).getUTCHours() < 12 ? 'AM' : 'PM'},${plain(bar)}`,
      ),
    ],
    [
      'names of months',
      lines(
        [named('Date')],
        (bar) => `"Mon, ${new Date(bar.time).getUTCDate()} Jan 2024 ${iso(bar.time).slice(11)} GMT",${plain(bar)}`,
      ),
    ],
    [
      'days of a spreadsheet',
      lines([named('Date')], (bar) => `${(bar.time / 86_400_000 + 25_569).toFixed(8)},${plain(bar)}`),
    ],
    ['a time without a name', lines([',open,high,low,close,volume'], (bar) => `${iso(bar.time)},${plain(bar)}`)],
    ['a row number', lines([',timestamp,open,high,low,close,volume'], (bar, i) => `${i},${bar.time},${plain(bar)}`)],
    [
      'lines above',
      lines(['sep=,', 'https://www.example.com', '', named('time')], (bar) => `${bar.time},${plain(bar)}`),
    ],
    [
      'three header lines',
      lines(
        ['Price,Close,High,Low,Open,Volume', 'Ticker,BTC-USD,BTC-USD,BTC-USD,BTC-USD,BTC-USD', 'Date,,,,,'],
        ({ time, open, high, low, close, volume }) => `${iso(time)},${close},${high},${low},${open},${volume}`,
      ),
    ],
    [
      'two volumes',
      lines(
        ['time,open,high,low,close,Volume USD,Volume BTC'],
        (bar) => `${bar.time},${plain({ ...bar, volume: 99 })},${bar.volume}`,
      ),
    ],
    [
      'contracts and two volumes',
      lines(
        ['time,open,high,low,close,vol,vol_ccy,vol_quote'],
        (bar) => `${bar.time},${plain({ ...bar, volume: bar.volume * 100 })},${bar.volume},${bar.volume * bar.close}`,
      ),
    ],
    [
      'times of trades beside the time',
      lines(
        ['time_period_start;time_open;price_open;price_high;price_low;price_close;volume_traded'],
        (bar) => `${iso(bar.time)}Z;${iso(bar.time + 1234)}Z;${plain(bar).replaceAll(',', ';')}`,
      ),
    ],
    [
      'close and adjusted close',
      lines(
        ['Date,Open,High,Low,Close,Adj Close,Volume'],
        ({ time, open, high, low, close, volume }) => `${iso(time)},${open},${high},${low},${close},1,${volume}`,
      ),
    ],
    [
      'price as the close',
      lines(
        ['"Date","Price","Open","High","Low","Vol.","Change %"'],
        ({ time, open, high, low, close, volume }) =>
          `"${iso(time)}","${close}","${open}","${high}","${low}","${volume / 1000}K","1%"`,
      ),
    ],
    [
      'a header that repeats',
      lines([named('time')], (bar, i) => `${i === 3 ? `${named('time')}\n` : ''}${bar.time},${plain(bar)}`),
    ],
    [
      'columns between blanks',
      lines(
        ['time  open  high  low  close  volume'],
        (bar) => `${iso(bar.time).replace(' ', 'T')}   ${plain(bar).replaceAll(',', '  ')}`,
      ),
    ],
    ['dollars', lines([named('time')], (bar) => `${bar.time},$${plain(bar).replaceAll(',', ',$')}`)],
    [
      'a currency behind numbers',
      lines([named('time')], (bar) => `${bar.time},${plain(bar).replaceAll(',', ' USD,')}`),
    ],
    ['no header', lines([], (bar) => `${bar.time},${plain(bar)},${bar.time + HOUR - 1},1,2`)],
    [
      'no header, low first',
      lines([], ({ time, open, high, low, close, volume }) => [time, low, high, open, close, volume].join(',')),
    ],
    [
      'no header, close second',
      lines(
        [],
        ({ time, open, high, low, close, volume }) => [time, open, close, high, low, volume].join(','),
        newestFirst,
      ),
    ],
    [
      'no header, a mean price before the volume',
      lines([], (bar) => `${bar.time},${plain({ ...bar, volume: bar.close })},${bar.volume},7`),
    ],
    [
      'no header, a header nobody knows',
      lines(['时间,开盘,最高,最低,收盘,成交量'], (bar) => `${iso(bar.time)},${plain(bar)}`),
    ],
  ])('%s', (_what, content) => {
    expect(expectBars(content).volume).toBe('base');
  });

  it.each<[what: string, path: string, document: unknown]>([
    ['ccxt', 'BTC-USD.json', BARS.map((bar) => Object.values(bar))],
    ['an exchange with text for numbers', 'BTC-USD.json', BARS.map((bar) => Object.values(bar).map(String))],
    [
      'candles in an object',
      'BTC-USD.json',
      { candles: newestFirst.map(({ time, ...bar }) => ({ start: String(time / 1000), ...bar })) },
    ],
    [
      'a result with its market',
      'x.json',
      { retCode: 0, result: { symbol: 'BTCUSD', list: newestFirst.map((bar) => Object.values(bar).map(String)) } },
    ],
    ['a pair beside objects', 'x.json', { data: { pair: 'BTC/USD', ohlc: BARS } }],
    [
      'columns',
      'BTC-USD.json',
      {
        s: 'ok',
        t: BARS.map(({ time }) => time / 1000),
        o: BARS.map(({ open }) => open),
        h: BARS.map(({ high }) => high),
        l: BARS.map(({ low }) => low),
        c: BARS.map(({ close }) => close),
        v: BARS.map(({ volume }) => volume),
      },
    ],
    [
      'a split table',
      'BTC-USD.json',
      {
        columns: ['open', 'high', 'low', 'close', 'volume'],
        index: BARS.map(({ time }) => time),
        data: BARS.map((bar) => Object.values(bar).slice(1)),
      },
    ],
  ])('JSON: %s', (_what, path, document) => {
    expect(expectBars(JSON.stringify(document), {}, path).symbol).toBe('BTC-USD');
  });

  it('JSON: objects by their times', () => {
    const series = Object.fromEntries(
      newestFirst.map(({ time, open, high, low, close, volume }) => [
        iso(time),
        {
          '1. open': String(open),
          '2. high': String(high),
          '3. low': String(low),
          '4. close': String(close),
          '5. volume': String(volume),
        },
      ]),
    );
    expectBars(JSON.stringify({ 'Meta Data': { '1. Information': 'Intraday' }, 'Time Series (60min)': series }));
  });

  it('JSON, one candle per line, and Python NaN', () => {
    expectBars(BARS.map((bar) => JSON.stringify(bar)).join('\n'));
    const gap = `[${START + 6 * HOUR}, NaN, NaN, NaN, NaN, NaN]`;
    expectBars(`[${BARS.map((bar) => JSON.stringify(Object.values(bar))).join(', ')}, ${gap}]`);
  });

  it('numbers of other countries', () => {
    const withStyle = (locale: string, separator: string): string =>
      lines([`Datum;Eröffnung;Hoch;Tief;Schluss;Volumen`.replaceAll(';', separator)], (bar) => {
        const [time, ...values] = Object.values(bar);
        const cells = values.map((value) => `"${value.toLocaleString(locale, { minimumFractionDigits: 2 })}"`);
        return [iso(time!), ...cells].join(separator);
      });
    for (const locale of ['de-DE', 'fr-FR', 'de-CH', 'en-IN', 'en-US', 'pl-PL']) {
      for (const separator of [';', ',', '\t']) expectBars(withStyle(locale, separator));
    }
  });

  it('encodings and line ends', () => {
    const text = lines([named('time')], (bar) => `${bar.time},${plain(bar)}`);
    for (const end of ['\n', '\r\n', '\r']) {
      const content = text.replaceAll('\n', end);
      expectBars(`\uFEFF${content}`);
      for (const mark of ['', '\uFEFF']) {
        const wide = Buffer.from(mark + content, 'utf16le');
        expectBars(wide);
        expectBars(Buffer.from(wide).swap16());
      }
    }
    expectBars(
      Buffer.from(
        lines(
          ['Datum;Eröffnung;Hoch;Tief;Schluss;Volumen'],
          (bar) => `${iso(bar.time)};${plain(bar).replaceAll(',', ';')}`,
        ),
        'latin1',
      ),
    );
  });

  it('rows without prices are gaps', () => {
    for (const gap of ['NaN,NaN,NaN,NaN,NaN', ',,,,', 'null,null,null,null,null', '#N/A,#N/A,#N/A,#N/A,0']) {
      const file = expectBars(
        `${lines([named('time')], (bar) => `${bar.time},${plain(bar)}`)}${START + 6 * HOUR},${gap}\n\n`,
      );
      expect(file.assumed).toContain('1 row without prices taken as a gap');
    }
  });

  it('a volume that nobody knows is NaN, and said', () => {
    const none = expectBars(
      lines(['time,open,high,low,close'], (bar) => `${bar.time},${plain(bar).split(',').slice(0, 4).join(',')}`),
    );
    const ticks = expectBars(
      lines(
        ['<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>'],
        (bar) =>
          `${iso(bar.time).replace(' ', '\t').replaceAll('-', '.')}\t${plain({ ...bar, volume: 77 }).replaceAll(',', '\t')}\t0\t9`,
      ),
    );
    const quote = expectBars(lines(['time,open,high,low,close,quote_volume'], (bar) => `${bar.time},${plain(bar)}`));
    for (const file of [none, ticks, quote]) {
      expect(file.volume).toBe('unknown');
      expect(file.columns.volume.every(Number.isNaN)).toBe(true);
      expect(file.assumed.join()).toContain('volume unknown');
    }
  });

  it('days and weeks that begin at another time are kept and named', () => {
    const every = (days: number, first: number): string =>
      lines([named('time')], (bar, i) => `${iso(first + i * days * 24 * HOUR)},${plain(bar)}`);
    const sunday = read(every(7, Date.UTC(2024, 0, 7)));
    expect([sunday.timeframe, sunday.assumed.at(-1)]).toEqual(['1w', 'weeks begin on Sunday, 00:00 UTC']);
    const morning = read(every(1, Date.UTC(2024, 0, 7, 5)));
    expect([morning.timeframe, morning.assumed.at(-1)]).toEqual(['1d', 'days begin at 05:00 UTC']);
    expect(read(every(7, Date.UTC(2024, 0, 1))).assumed).toEqual(['times without a zone taken as UTC']);
  });

  it('times of the close', () => {
    for (const last of [0, -1, -1000]) {
      const text = lines([named('time')], (bar) => `${bar.time + HOUR + last},${plain(bar)}`);
      expectBars(text, { timeIs: 'close' });
      expectBars(text.replace('time', 'close_time'));
    }
  });

  it('counts printed decimals of prices', () => {
    const digits = (price: string): number =>
      read(lines([named('time')], (bar) => `${bar.time},${price},${price},${price},${price},1.123456`)).fractionDigits;
    expect(['100', '1.50', '1.5000', '8.5e-6', '1.50e-7', '1e3', '2.50E+1'].map(digits)).toEqual([0, 2, 4, 7, 9, 0, 1]);
    const json = read(JSON.stringify(BARS.map(({ time, ...bar }) => ({ time, ...bar, low: 1.5e-7 }))));
    expect(json.fractionDigits).toBe(8);
  });
});
