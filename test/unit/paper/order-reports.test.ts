import { describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { seriesUntil } from '../../../src/domain/market/slice-series.ts';
import { type Broker, type PlacedRequest } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { memoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const START = Date.UTC(2025, 0, 1);
const SYMBOL = 'A-USD';
/** @param volumes of the candles, one each */
function venueOf(prices: readonly number[], volumes: readonly number[]): Broker {
  const candles = prices.map((price, i): Candle => {
    const [open, high, low, close] = [price, price + 1, price - 1, price];
    return { time: START + i * HOUR, open, high, low, close, volume: volumes[i]! };
  });
  const series = buildSeries(SYMBOL, '1h', candles);
  const data: Pick<MarketData, 'market' | 'series' | 'now'> = {
    now: async () => START + 2 * HOUR,
    market: async (symbol) => market(symbol),
    series: async ({ asOf }) => seriesUntil(series, asOf),
  };
  return createPaperBroker({
    accounts: memoryVenueAccounts(),
    data: data as MarketData,
    startingCash: 10_000,
    quote: 'USD',
    terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false, participation: 0.1 },
  });
}

const request = (patch: Partial<PlacedRequest>): PlacedRequest => ({
  account: 'paper',
  clientOrderId: 'bc-1',
  strategyHash: 's1',
  symbol: SYMBOL,
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 0.5,
  time: START,
  ...patch,
});
const close = (venue: Broker, hour: number) =>
  venue.onCandles({ account: 'paper', symbols: [SYMBOL], timeframe: '1h', candleTime: START + hour * HOUR });

describe('reports of the paper venue', () => {
  it('name what was asked for, and nothing that only the venue knows', async () => {
    const venue = venueOf([100], [5]);
    await venue.open('paper');
    const terms = { type: 'stop-limit', price: 103, triggerPrice: 102, expireBars: 3 } as const;
    const report = {
      clientOrderId: 'bc-1',
      strategyHash: 's1',
      symbol: SYMBOL,
      side: 'buy',
      purpose: 'entry',
      amount: 0.5,
      ...terms,
      state: 'open',
      filledAmount: 0,
      fees: 0,
      updatedAt: START,
    };
    expect(await venue.submit(request(terms))).toEqual(report);
    await close(venue, 0);
    expect(await venue.openOrders('paper')).toEqual([report]);
    const limit = { clientOrderId: 'bc-2', type: 'limit', price: 90, timeInForce: 'GTC', postOnly: true } as const;
    expect(await venue.submit(request(limit))).toMatchObject({ ...limit, state: 'open' });
  });

  it('of an exit that a thin bar filled in part: open until it is cancelled, and what was filled stays', async () => {
    const venue = venueOf([100, 101], [5, 2]);
    await venue.open('paper');
    await venue.submit(request({}));
    await close(venue, 0);
    const exit = request({ clientOrderId: 'bc-2', side: 'sell', purpose: 'exit', time: START + HOUR });
    await venue.submit({ ...exit, type: 'limit', price: 101 });
    await close(venue, 1);
    const part = { clientOrderId: 'bc-2', filledAmount: 0.2, averagePrice: 101, amount: 0.5 };
    expect(await venue.openOrders('paper')).toMatchObject([{ ...part, state: 'partially-filled' }]);
    expect(await venue.cancel('paper', 'bc-2')).toMatchObject({ ...part, state: 'cancelled' });
    expect(await venue.positions('paper')).toMatchObject([{ amount: 0.3 }]);
  });
});
