import { describe, expect, it } from 'vitest';
import { HOUR, isoOf, readText, refusalOf, rowOf, START, tableOf } from '../../fixtures/candle-files/read-text.ts';

const DAY = 24 * HOUR;
const NAMES = 'open,high,low,close,volume';
const digits = (ms: number): string => new Date(ms).toISOString().replaceAll(/\D/g, '');
const hours = (header: string | null, time: (ms: number) => string, count = 60): string =>
  tableOf(header === null ? null : `${header},${NAMES}`, count, (i) => `${time(START + i * HOUR)},${rowOf(i)}`);

function expectHours(content: string, hints = {}): readonly string[] {
  const { columns, timeframe, assumed } = readText(content, hints);
  expect(timeframe).toBe('1h');
  expect([...columns.time]).toEqual(Array.from({ length: columns.length }, (_, i) => START + i * HOUR));
  return assumed;
}

describe('compact times', () => {
  const cut = (length: number) => (ms: number) => digits(ms).slice(0, length);
  it.each<[what: string, header: string, time: (ms: number) => string]>([
    ['2024030500', 'time', cut(10)],
    ['202403050015', 'time', cut(12)],
    ['20240305001500', 'time', cut(14)],
    ['20240305001500000', 'time', cut(17)],
    ['20240305 0015', 'time', (ms) => `${cut(8)(ms)} ${digits(ms).slice(8, 12)}`],
    ['20240305,001500', 'date,time', (ms) => `${cut(8)(ms)},${digits(ms).slice(8, 14)}`],
    ['2024-03-05 00', 'time', (ms) => isoOf(ms).slice(0, 13)],
  ])('%s are times, not epochs, with a header and without', (_what, header, time) => {
    expectHours(hours(header, time));
    expectHours(hours(null, time));
  });

  it('of two columns between semicolons', () => {
    expectHours(hours(null, (ms) => `${digits(ms).slice(0, 8)},${digits(ms).slice(8, 14)}`).replaceAll(',', ';'));
  });

  it('AM and PM may stand in a column of their own', () => {
    const half = (ms: number): string => {
      const hour = new Date(ms).getUTCHours();
      return `${isoOf(ms).slice(0, 10)},${hour % 12 || 12}:00,${hour < 12 ? 'AM' : 'PM'}`;
    };
    expectHours(hours('date,time,half', half));
  });
});

describe('epochs that a spreadsheet has shortened', () => {
  const short =
    (decimals: number, unit = 1) =>
    (ms: number) =>
      (ms / unit).toExponential(decimals).toUpperCase();
  it.each<[what: string, content: string]>([
    ['hours in ms', hours('time', short(5))],
    ['hours in s, without a header', hours(null, short(5, 1000))],
    ['decimal commas', hours('time', short(5)).replaceAll(',', ';').replaceAll('.', ',')],
    ['days', tableOf(`time,${NAMES}`, 60, (i) => `${short(5)(START + i * DAY)},${rowOf(i)}`)],
    ['two days', tableOf(`time,${NAMES}`, 2, (i) => `${short(5)(START + i * DAY)},${rowOf(i)}`)],
  ])('are refused where digits are lost: %s', (_what, content) => {
    expect(refusalOf(content)).toMatch(/the digits of the times are lost \('1[.,]70960E\+\d+'\)\..*export it again$/);
  });

  it('are read where nothing is lost, also with hours missing', () => {
    expectHours(hours('time', short(7)));
    const { columns, timeframe } = readText(
      tableOf(`time,${NAMES}`, 40, (i) => `${short(7)(START + (i + Math.floor(i / 9)) * HOUR)},${rowOf(i)}`),
    );
    expect([timeframe, columns.time[39]]).toEqual(['1h', START + 43 * HOUR]);
  });

  it('are not needed where a date stands beside them', () => {
    const content = tableOf(`unix,date,${NAMES}`, 30, (i) => {
      const ms = START + i * DAY;
      return `${short(5)(ms)},${isoOf(ms).slice(0, 10)},${rowOf(i)}`;
    });
    expect([readText(content).timeframe, readText(content).columns.time[29]]).toEqual(['1d', START + 29 * DAY]);
  });
});

describe('times that are named UTC', () => {
  const NIGHT = Date.UTC(2024, 2, 31);
  /** The hour that clocks of Europe skip is missing. */
  const spring = (header: string, below: readonly string[] = [], above: readonly string[] = []): string => {
    const rows = tableOf(`${header},${NAMES}`, 24, (i) => `${isoOf(NIGHT + (i < 2 ? i : i + 1) * HOUR)},${rowOf(i)}`);
    const [head, ...body] = rows.split('\n');
    return [...above, head, ...below, ...body].join('\n');
  };

  it.each(['time (UTC)', 'Date(UTC)', 'timestamp_utc', 'TimeStampUTC', 'UTC time', 'Time [GMT]', 'Time (UTC+0)'])(
    '%s are not asked for a zone, and nothing is assumed',
    (header) => {
      expect(refusalOf(spring('time'))).toMatch(/local time, give --timezone/);
      expect(readText(spring(header)).assumed).toEqual([]);
    },
  );

  it('by a line of units below the header, or a line above it', () => {
    expect(readText(spring('time', ['UTC,USD,USD,USD,USD,BTC'])).assumed).toEqual([]);
    expect(readText(spring('time', ['UTC'])).assumed).toEqual([]);
    expect(readText(spring('time', [], ['Time zone: UTC'])).assumed).toEqual([]);
    expect(refusalOf(spring('time', ['EST,USD,USD,USD,USD,BTC']))).toContain('--timezone America/New_York');
  });

  it('by a column of zones, as of any other zone', () => {
    const content = (zone: string): string =>
      hours('date,time,tz', (ms) => `${isoOf(ms).slice(0, 10)},${isoOf(ms).slice(11, 16)},${zone}`);
    expect(expectHours(content('UTC'))).toEqual([]);
    expect(refusalOf(content('EST'))).toContain('Give --timezone America/New_York');
  });

  it('an option that contradicts them is used, and said', () => {
    const { assumed } = readText(hours('time (UTC)', isoOf), { timezone: '+02:00' });
    expect(assumed).toContain('times taken as of +02:00, although the file says UTC');
  });
});

describe('year, month, day, hour and minute in columns of their own', () => {
  const parts = (ms: number, count: number): readonly string[] =>
    [digits(ms).slice(0, 4), ...[4, 6, 8, 10].map((at) => digits(ms).slice(at, at + 2))].slice(0, count);
  it('are one time, with leading zeros or without', () => {
    expectHours(hours('year,month,day,hour', (ms) => parts(ms, 4).join()));
    expectHours(hours('Year,Month,Day,Hour,Minute', (ms) => parts(ms, 5).map(Number).join()));
    expectHours(hours('date,hour,minute', (ms) => `${isoOf(ms).slice(0, 10)},${parts(ms, 5).slice(3).join()}`));
    const days = tableOf(`year,month,day,${NAMES}`, 40, (i) => `${parts(START + i * DAY, 3).join()},${rowOf(i)}`);
    expect([readText(days).timeframe, readText(days).columns.time[39]]).toEqual(['1d', START + 39 * DAY]);
  });

  it('a day that does not exist is a fault of its line', () => {
    const content = hours('year,month,day,hour', (ms) => parts(ms, 4).join());
    expect(refusalOf(content.replace('2024,03,05,02', '2024,02,30,02'))).toContain("line 4: '2024-02-30 02' is not a");
  });
});

describe('hours from 1 to 24', () => {
  const opened = (ms: number): readonly [day: string, hour: number] => [
    isoOf(ms).slice(0, 10),
    new Date(ms).getUTCHours() + 1,
  ];
  it.each<[header: string, time: (ms: number) => string]>([
    ['date,hour', (ms) => opened(ms).join()],
    ['date,time', (ms) => `${opened(ms)[0]},${String(opened(ms)[1]).padStart(2, '0')}:00`],
    ['date,time', (ms) => `${opened(ms)[0]},${opened(ms)[1] * 100}`],
    ['datetime', (ms) => `${opened(ms)[0]} ${String(opened(ms)[1]).padStart(2, '0')}:00`],
    ['year,month,day,hour', (ms) => `${opened(ms)[0].replaceAll('-', ',')},${opened(ms)[1]}`],
  ])('%s are asked whether they are of the open or of the close', (header, time) => {
    const content = hours(header, time);
    expect(refusalOf(content)).toMatch(/up to 24.*--time-is close .*--time-is open/);
    expectHours(content, { timeIs: 'close' });
    expect(readText(content, { timeIs: 'open' }).columns.time[0]).toBe(START + HOUR);
  });

  it.each(['HE', 'hour ending', 'Hour_Ending'])('are of the close when the header says %s', (name) => {
    expect(expectHours(hours(`date,${name}`, (ms) => opened(ms).join())).join()).toContain('times are of the close');
  });
});

it.each(['00:00.0', '########', '4.53560E+04', '10:00 05.03.2024'])('a column of %s holds no times', (text) => {
  const said = refusalOf(hours('time', () => text));
  expect(said).toMatch(/^column 'time' holds no times \('.*'\)\. Write them like 2024-01-31 23:00, or .*--columns/);
});
