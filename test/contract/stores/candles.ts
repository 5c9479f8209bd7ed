import { columnsOf } from '../../fixtures/columns-of.ts';
import { rowsOf } from '../../fixtures/candle-rows.ts';
import { describe, expect, it } from 'vitest';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { candle, HOUR, market, T0, together } from './samples.ts';

const FEBRUARY = Date.UTC(2024, 1, 1);
const MARCH = Date.UTC(2024, 2, 1);

const hours = (from: number, count: number): Candle[] =>
  Array.from({ length: count }, (_, i) => candle(from + i * HOUR, 41_950 + (i % 100)));

export function candlesContract(stores: () => Stores): void {
  describe('markets', () => {
    it('are replaced by source, symbol and timeframe', async () => {
      const { candles } = stores();
      await candles.saveMarket('ma', market, '1h');
      await candles.saveMarket('ma', { ...market, takerFeeRate: 0.006 }, '1h');
      await candles.saveMarket('ma', { ...market, symbol: 'ADA/USD' }, '1d');
      await candles.saveMarket('ma-2', market, '1h');
      expect(await candles.markets('ma')).toStrictEqual([
        { market: { ...market, symbol: 'ADA/USD' }, timeframe: '1d' },
        { market: { ...market, takerFeeRate: 0.006 }, timeframe: '1h' },
      ]);
      expect(await candles.markets('ma-none')).toEqual([]);
    });
  });

  describe('candles', () => {
    const symbol = 'BTC/USD';

    it('are read back bit by bit, ascending, across months', async () => {
      const { candles } = stores();
      const year = hours(T0, 24 * 366);
      await candles.put('ca-year', symbol, '1h', columnsOf(year.toReversed()));
      expect(rowsOf(await candles.range('ca-year', symbol, '1h', 0, Number.MAX_SAFE_INTEGER))).toStrictEqual(year);
      expect(await candles.bounds('ca-year', symbol, '1h')).toStrictEqual({
        first: T0,
        last: year.at(-1)!.time,
        count: year.length,
      });
    });

    it('are limited to the range: `from` inclusive, `to` exclusive, also at a month boundary', async () => {
      const { candles } = stores();
      const turn = hours(FEBRUARY - 3 * HOUR, 6);
      await candles.put('ca-turn', symbol, '1h', columnsOf(turn));
      const range = async (from: number, to: number) => rowsOf(await candles.range('ca-turn', symbol, '1h', from, to));
      expect(await range(FEBRUARY, MARCH)).toStrictEqual(turn.slice(3));
      expect(await range(T0, FEBRUARY)).toStrictEqual(turn.slice(0, 3));
      expect(await range(FEBRUARY - HOUR, FEBRUARY + HOUR)).toStrictEqual(turn.slice(2, 4));
      expect(await range(FEBRUARY - HOUR + 1, FEBRUARY)).toEqual([]);
      expect(await range(MARCH, Infinity)).toEqual([]);
      expect(await range(FEBRUARY, FEBRUARY)).toEqual([]);
    });

    it('are dropped with their months when all are replaced', async () => {
      const { candles } = stores();
      await candles.put('ca-all', symbol, '1h', columnsOf(hours(T0, 24 * 80)));
      await candles.put('ca-all', 'ETH/USD', '1h', columnsOf(hours(T0, 3)));
      const now = hours(FEBRUARY + 5 * HOUR, 10);
      await candles.replace('ca-all', symbol, '1h', columnsOf(now));
      expect(rowsOf(await candles.range('ca-all', symbol, '1h', 0, Infinity))).toStrictEqual(now);
      expect(await candles.bounds('ca-all', symbol, '1h')).toMatchObject({ count: 10 });
      expect(await candles.bounds('ca-all', 'ETH/USD', '1h')).toMatchObject({ count: 3 });
    });

    it('replace those of the same time and keep the others', async () => {
      const { candles } = stores();
      const stored = hours(FEBRUARY, 10);
      await candles.put('ca-merge', symbol, '1h', columnsOf(stored));
      const corrected = { ...stored[4]!, close: 42_050, volume: 9 };
      await candles.put(
        'ca-merge',
        symbol,
        '1h',
        columnsOf([candle(FEBRUARY - HOUR), { ...corrected, volume: 8 }, corrected]),
      );
      await candles.put('ca-merge', symbol, '1h', columnsOf([]));
      const expected = [candle(FEBRUARY - HOUR), ...stored.slice(0, 4), corrected, ...stored.slice(5)];
      expect(rowsOf(await candles.range('ca-merge', symbol, '1h', 0, MARCH))).toStrictEqual(expected);
      expect(await candles.bounds('ca-merge', symbol, '1h')).toStrictEqual({
        first: FEBRUARY - HOUR,
        last: FEBRUARY + 9 * HOUR,
        count: 11,
      });
    });

    it('of one month lose nothing under 50 concurrent puts', async () => {
      const { candles } = stores();
      const month = hours(FEBRUARY, 100);
      await together(50, (i) => candles.put('ca-race', symbol, '1h', columnsOf(month.slice(2 * i, 2 * i + 2))));
      expect(rowsOf(await candles.range('ca-race', symbol, '1h', FEBRUARY, MARCH))).toStrictEqual(month);
    });

    it('keep sources, symbols and timeframes apart', async () => {
      const { candles } = stores();
      await candles.put('ca-apart', symbol, '1h', columnsOf([candle(T0, 42_001)]));
      await candles.put('ca-apart', symbol, '1d', columnsOf([candle(T0, 42_002)]));
      await candles.put('ca-apart', 'ETH/USD', '1h', columnsOf([candle(T0, 42_003)]));
      await candles.put('ca-apart-2', symbol, '1h', columnsOf([candle(T0, 42_004)]));
      expect(rowsOf(await candles.range('ca-apart', symbol, '1h', 0, MARCH))).toStrictEqual([candle(T0, 42_001)]);
      expect(rowsOf(await candles.range('ca-apart', symbol, '1d', 0, MARCH))).toStrictEqual([candle(T0, 42_002)]);
      expect(await candles.bounds('ca-apart', 'SOL/USD', '1h')).toBeNull();
      expect(rowsOf(await candles.range('ca-none', symbol, '1h', 0, MARCH))).toEqual([]);
    });

    it('with an invalid time are refused as a whole', async () => {
      const { candles } = stores();
      const put = candles.put('ca-bad', symbol, '1h', columnsOf([candle(T0), candle(Number.NaN)]));
      await expect(put).rejects.toThrow('not a date');
      expect(await candles.bounds('ca-bad', symbol, '1h')).toBeNull();
    });
  });
}
