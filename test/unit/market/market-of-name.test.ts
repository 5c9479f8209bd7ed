import { expect, it } from 'vitest';
import { marketOfName } from '../../../src/domain/market/market-of-name.ts';

it.each([
  ['BTC-USDT-1m.csv', 'BTC-USDT', '1m'],
  ['data/BTCUSDT-1h-2024-01.csv', 'BTC-USDT', '1h'],
  ['BTCUSDT-1d-2024-01-05.csv.gz', 'BTC-USDT', '1d'],
  ['Binance_BTCUSDT_1h.csv', 'BTC-USDT', '1h'],
  ['Bitstamp_BTCUSD_d.csv', 'BTC-USD', '1d'],
  ['gemini_ETHUSD_1hr.csv', 'ETH-USD', '1h'],
  ['BTC-USD_FIVE_MINUTE.csv', 'BTC-USD', '5m'],
  ['BIP-20DEC30-CDE_ONE_MINUTE.csv', 'BIP-20DEC30-CDE', '1m'],
  ['BTC-USD.csv', 'BTC-USD', null],
  ['BTC_USDT-1h.json', 'BTC-USDT', '1h'],
  ['BTC_USDT_USDT-1h-futures.json', 'BTC-USDT-PERP', '1h'],
  ['BTCUSD_PERP-1m-2024-01.csv', 'BTC-USD-PERP', '1m'],
  ['BTC-USDT-SWAP-15m.csv', 'BTC-USDT-SWAP', '15m'],
  ['XBTUSD_1440.csv', 'XBT-USD', null],
  ['BTCUSD60.csv', 'BTC-USD', null],
  ['BTCUSD_M15_202401010000_202402010000.csv', 'BTC-USD', '15m'],
  ['BTCUSD_H4.csv', 'BTC-USD', '4h'],
  ['M1-USD_1h.csv', 'M1-USD', '1h'],
  ['H4-USDT.csv', 'H4-USDT', null],
  ['BTCUSDT-1M-2024-01.csv', 'BTC-USDT', null],
  ['COINBASE_BTCUSD, 60.csv', 'BTC-USD', null],
  ['BINANCE_ETHBTC, 1D.csv', 'ETH-BTC', '1d'],
  ['btcusd_1-min_data.csv', 'BTC-USD', '1m'],
  ['BTCUSD_Candlestick_1_M_BID_01.01.2024-03.01.2024.csv', 'BTC-USD', '1m'],
  ['1INCHUSDT-30m.csv', '1INCH-USDT', '30m'],
  ['ALT-USD_sparse-minutes.csv', 'ALT-USD', null],
  ['bitstampUSD_1-min_data_2012-01-01_to_2021-03-31.csv', null, '1m'],
  ['candles.csv', null, null],
  ['2024-01-01.csv', null, null],
])('%s: %s %s', (name, symbol, timeframe) => {
  expect(marketOfName(name)).toMatchObject({ symbol, timeframe });
});

it.each([
  ['XBTUSD_60.csv', '1h'],
  ['BTCUSD1440.csv', '1d'],
  ['BTC-USD_kraken_60.csv', '1h'],
  ['BTC-USD_77.csv', null],
])('%s may be minutes: %s', (name, guessed) => {
  expect(marketOfName(name).guessed).toBe(guessed);
});
