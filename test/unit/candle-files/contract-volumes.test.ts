import { describe, expect, it } from 'vitest';
import {
  HOUR,
  pricesOf,
  readText,
  refusalOf,
  START,
  tableOf,
  volumeOf,
} from '../../fixtures/candle-files/read-text.ts';

/** Gate's futures: contracts of 0.0001 BTC before the prices, their value behind them. */
const rowOf = (i: number, volume = volumeOf(i) * 10_000, sum = volumeOf(i) * pricesOf(i)[0]): readonly number[] => {
  const [open, high, low, close] = pricesOf(i);
  return [(START + i * HOUR) / 1000, volume, close, high, low, open, sum];
};
const NAMES = ['t', 'v', 'c', 'h', 'l', 'o', 'sum'];
const rows = Array.from({ length: 30 }, (_, i) => rowOf(i));
const objects = rows.map((row) => Object.fromEntries(NAMES.map((name, at) => [name, row[at]!])));
const texts = objects.map((object) => Object.fromEntries(Object.entries(object).map(([k, v]) => [k, String(v)])));

describe('a volume in contracts beside its value', () => {
  it.each<[what: string, content: string]>([
    ['with a header', [NAMES, ...rows].join('\n')],
    ['without a header', rows.join('\n')],
    ['objects', JSON.stringify(objects)],
    ['objects of texts', JSON.stringify(texts)],
    ['lists', JSON.stringify(rows)],
  ])('is turned into base units: %s', (_what, content) => {
    const { columns, assumed, volume } = readText(content);
    expect(volume).toBe('base');
    expect([columns.open[1], columns.high[1], columns.low[1], columns.close[1]]).toEqual(pricesOf(1));
    expect([...columns.volume]).toEqual(rows.map((_, i) => volumeOf(i)));
    expect(assumed.join()).toContain('volume counts contracts of 0.0001 base units');
  });

  it('is taken as it is, which is said, where no size makes one times the price the other', () => {
    const odd = [NAMES, ...rows.map((_, i) => rowOf(i, 37 * volumeOf(i)))].join('\n');
    expect(readText(odd).assumed).toEqual(['volume taken as base units, although v times the price is not sum']);
    const empty = [NAMES, ...rows.map((_, i) => rowOf(i, volumeOf(i), 0))].join('\n');
    expect(readText(empty).assumed).toEqual([]);
  });

  it('is the sum where contracts are worth a dollar, as of inverse futures', () => {
    const inverse = tableOf(null, 30, (i) => rowOf(i, Math.round(volumeOf(i) * pricesOf(i)[0]), volumeOf(i)).join());
    for (const content of [inverse, `${NAMES.join()}\n${inverse}`])
      expect([...readText(content).columns.volume]).toEqual(rows.map((_, i) => volumeOf(i)));
  });

  it('is the column behind the prices in files of the spot market', () => {
    const spot = tableOf(null, 30, (i) => rowOf(i, volumeOf(i) * pricesOf(i)[0], volumeOf(i)).join());
    expect([...readText(spot).columns.volume]).toEqual(rows.map((_, i) => volumeOf(i)));
  });

  it('is unknown without the value, which is said', () => {
    const { columns, volume, assumed } = readText(tableOf(null, 30, (i) => rowOf(i).slice(0, 6).join()));
    expect([volume, columns.open[1], columns.close[1]]).toEqual(['unknown', pricesOf(1)[0], pricesOf(1)[3]]);
    expect(assumed.join('; ')).toContain('columns taken as time, -, close, high, low, open; volume unknown');
  });

  it('is asked for where no size of a contract makes one times the price the other', () => {
    const content = tableOf(null, 30, (i) => rowOf(i, 3 + (i % 5), 7 * volumeOf(i)).join());
    expect(refusalOf(content)).toMatch(/columns 2 and 7 may both be the volume\. Name the columns.*--columns/);
    const hints = { columns: ['time', '-', 'close', 'high', 'low', 'open', 'volume'] } as const;
    expect(readText(content, hints).columns.volume[0]).toBe(7);
  });
});
