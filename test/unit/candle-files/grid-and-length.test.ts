import { describe, expect, it } from 'vitest';
import { HOUR, isoOf, readText, refusalOf, rowOf, START, tableOf } from '../../fixtures/candle-files/read-text.ts';

const NAMES = 'open,high,low,close,volume';

describe('candles of hours that do not open on the grid of UTC', () => {
  const candles = (step: number, first: number, time: (ms: number) => string): string =>
    tableOf(`time,${NAMES}`, 40, (i) => `${time(START + first + i * step)},${rowOf(i)}`);

  it.each([
    [4, 1, '+01:00, -03:00 or +05:00', '1h'],
    [4, 2, '+02:00, -02:00 or +06:00', '2h'],
    [12, 5, '+05:00 or -07:00', '1h'],
    [2, 1, '+01:00, -01:00 or +03:00', '1h'],
  ])(
    '%i h, %i h after it, without a zone: each zone that the refusal names reads them',
    (step, first, zones, shorter) => {
      const content = candles(step * HOUR, first * HOUR, isoOf);
      const said = refusalOf(content);
      expect(said).toContain(
        `the candles open ${first}h after the ${step}h grid of UTC (${new Date(START + first * HOUR).toISOString()})`,
      );
      expect(said).toContain(
        `Give --timezone if the times are local: ${zones} put them on the grid; otherwise export candles of ${shorter}, and give --timeframe ${step}h`,
      );
      for (const zone of zones.split(/, | or /)) {
        const offset = Number(zone.slice(0, 3)) * HOUR;
        expect(readText(content, { timezone: zone }).columns.time[0]).toBe(START + first * HOUR - offset);
      }
    },
  );

  it('that are of UTC: no zone is named, but the candles of which they can be made', () => {
    const said = refusalOf(candles(4 * HOUR, HOUR, (ms) => `${isoOf(ms)}Z`));
    expect(said).toContain('Export candles of 1h, and give --timeframe 4h to the command that uses them');
    expect(said).not.toContain('--timezone');
    expect(refusalOf(candles(4 * HOUR, HOUR, (ms) => String(ms)))).toBe(said);
  });

  it('half hours of a zone', () => {
    const content = candles(HOUR, HOUR / 2, isoOf);
    expect(refusalOf(content)).toContain('Give --timezone if the times are local: +05:30, +03:30 or -03:30');
    expect(readText(content, { timezone: '+05:30' }).timeframe).toBe('1h');
  });

  it('local times over a night in which clocks change: the zone is named', () => {
    const offset = (ms: number): number => (ms < Date.UTC(2024, 2, 10, 7) ? -5 : -4) * HOUR;
    const content = candles(4 * HOUR, 0, (ms) => isoOf(ms + offset(ms)));
    expect(refusalOf(content)).toMatch(/at several distances from the 4h grid.*Give --timezone .*America\/New_York/);
    expect(readText(content, { timezone: 'America/New_York' }).columns.time[0]).toBe(START);
  });

  it('a single one of many is named as a fault', () => {
    const content = candles(4 * HOUR, 0, (ms) => isoOf(ms === START + 40 * HOUR ? ms + 60_000 : ms));
    expect(refusalOf(content)).toMatch(/the candle of 2024-03-06T16:01.*does not open on a 4h boundary\. Remove it/);
  });
});

describe('a length of candles that the file states', () => {
  const stating = (name: string, text: string): string =>
    tableOf(`${name},time,${NAMES}`, 30, (i) => `${text},${START + i * HOUR},${rowOf(i)}`);

  it.each([
    ['interval', '1h'],
    ['timeframe', '60'],
    ['granularity', '3600'],
    ['granularity', 'ONE_HOUR'],
    ['period_id', '1HRS'],
    ['interval', '1Hour'],
    ['<PER>', '60'],
    ['interval', 'PT1H'],
    ['TF', 'H1'],
    ['period', 'first quarter'],
  ])('%s %s agrees, or says nothing', (name, text) => {
    expect(readText(stating(name, text)).assumed).toEqual([]);
  });

  it.each([
    ['interval', '5m'],
    ['granularity', '300'],
    ['timeframe', 'M15'],
    ['resolution', 'D'],
    ['interval', 'PT15M'],
  ])('%s %s contradicts the steps: refused, and read with the option that it names', (name, text) => {
    const content = stating(name, text);
    expect(refusalOf(content)).toBe(
      `'${name}' says '${text}', the candles are 1h. Give --timeframe 1h if the candles are right`,
    );
    expect(readText(content, { timeframe: '1h' }).timeframe).toBe('1h');
    expect(refusalOf(content, { timeframe: '4h' })).toContain('the candles are 1h');
  });

  it('beside the candles or in them, in JSON', () => {
    const candles = Array.from({ length: 20 }, (_, i) => ({
      time: START + i * HOUR,
      open: 4,
      high: 5,
      low: 3,
      close: 4,
    }));
    const said = /'interval' says '5m', the candles are 1h/;
    expect(refusalOf(JSON.stringify({ interval: '5m', data: candles }))).toMatch(said);
    expect(refusalOf(JSON.stringify({ meta: { interval: '5m' }, values: candles }))).toMatch(said);
    expect(refusalOf(JSON.stringify(candles.map((candle) => ({ ...candle, interval: '5m' }))))).toMatch(said);
    expect(readText(JSON.stringify({ interval: '1h', data: candles })).timeframe).toBe('1h');
  });

  it('tells the timeframe of a thin market', () => {
    const minutes = [0, 2, 5, 7, 12, 20, 33, 40, 44, 57];
    const content = (text: string): string =>
      tableOf(`interval,time,${NAMES}`, minutes.length, (i) => `${text},${START + minutes[i]! * 60_000},${rowOf(i)}`);
    expect(refusalOf(content(''))).toContain('the timeframe is not clear');
    expect(readText(content('1m')).timeframe).toBe('1m');
  });

  it('several lengths in one file are refused', () => {
    const content = tableOf(
      `interval,time,${NAMES}`,
      20,
      (i) => `${i % 2 ? '1h' : '5m'},${START + i * HOUR},${rowOf(i)}`,
    );
    expect(refusalOf(content)).toBe(
      "the file holds candles of several lengths ('5m, 1h'). Split it into one file per length",
    );
  });
});

it('times that are no times of candles are shown as they were read', () => {
  const content = tableOf(`time,${NAMES}`, 20, (i) => `${2_403_050_000 + i * 100},${rowOf(i)}`);
  expect(refusalOf(content)).toMatch(/100 s apart, from 2046-02-24T01:53:20.000Z on: not whole minutes.*--columns/);
});
