import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCandleFile } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { type CandleFileHints } from '../../../src/domain/market/candle-layout/layout.ts';
import { FIELD_CASES, needsFieldCases } from '../../fixtures/needs.ts';

const FILES = join(FIELD_CASES, 'files');

/** Market, timeframe and number of candles of each file. */
const READ: readonly (readonly [file: string, wanted: readonly [string, string, number], hints?: CandleFileHints])[] = [
  ['ALT-USD_sparse-minutes.csv', ['ALT-USD', '1m', 200], { timeframe: '1m' }],
  ['BTC-USDT-1m.csv', ['BTC-USDT', '1m', 120]],
  ['BTC-USDT_binance-ms.csv', ['BTC-USDT', '1h', 72]],
  ['BTC-USDT_ccxt.json', ['BTC-USDT', '1h', 72]],
  ['BTC-USDT_cdd_1h.csv', ['BTC-USDT', '1h', 72]],
  ['BTC-USDT_tradingview-no-volume.csv', ['BTC-USDT', '1h', 72]],
  ['BTC-USD_coinbase-api.csv', ['BTC-USD', '1h', 72]],
  ['BTC-USD_date-and-time.csv', ['BTC-USD', '1h', 72]],
  ['BTC-USD_dst-autumn.csv', ['BTC-USD', '1h', 72], { timezone: 'Europe/Berlin' }],
  ['BTC-USD_excel-thousands.csv', ['BTC-USD', '1h', 72]],
  ['BTC-USD_kaggle-nan-plain.csv', ['BTC-USD', '1m', 103]],
  ['BTC-USD_kraken_60.csv', ['BTC-USD', '1h', 58]],
  ['BTC-USD_mt5_H1.csv', ['BTC-USD', '1h', 72]],
  ['BTC-USD_weekly.csv', ['BTC-USD', '1w', 120]],
  ['BTC-USD_zero-volume.csv', ['BTC-USD', '1h', 72]],
  ['DOGE-USD_1h.csv', ['DOGE-USD', '1h', 3000]],
];
const UNKNOWN_VOLUME = new Set(['BTC-USDT_tradingview-no-volume.csv', 'BTC-USD_mt5_H1.csv']);

describe.skipIf(needsFieldCases.isMissing)(needsFieldCases.title('candle files from the field'), () => {
  it('are all listed here', () => {
    expect(readdirSync(FILES).toSorted()).toEqual(READ.map(([file]) => file).toSorted());
  });

  it.each(READ.map(([name, wanted, hints = {}]) => ({ name, wanted, hints })))(
    '$name',
    async ({ name, wanted, hints }) => {
      const file = await readCandleFile(join(FILES, name), hints);
      expect([file.symbol, file.timeframe, file.columns.length]).toEqual(wanted);
      expect(file.volume).toBe(UNKNOWN_VOLUME.has(name) ? 'unknown' : 'base');
      if (name.startsWith('DOGE')) expect(file.fractionDigits).toBe(5);
      else expect(file.columns.open[0]).toBe(40_000);
    },
  );

  it('in doubt are refused with the option that settles it', async () => {
    await expect(readCandleFile(join(FILES, 'ALT-USD_sparse-minutes.csv'))).rejects.toMatchObject({
      code: 'bad-candles',
      advice: 'Give --timeframe, such as --timeframe 1m',
    });
    await expect(readCandleFile(join(FILES, 'BTC-USD_dst-autumn.csv'))).rejects.toThrow(/local time, give --timezone/);
  });
});
