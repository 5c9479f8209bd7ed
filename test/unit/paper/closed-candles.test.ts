import { describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { seriesUntil } from '../../../src/domain/market/slice-series.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type Broker, type PlacedRequest } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { memoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const START = Date.UTC(2025, 0, 1);
const at = (hour: number): number => START + hour * HOUR;
/** One candle an hour from 100 to 100, with these lows. */
const hours = (lows: readonly number[]): readonly Candle[] =>
  lows.map((low, i) => ({ time: at(i), open: 100, high: 101, low, close: 100, volume: 5 }));

/** A venue whose markets have these candles; reading a market of `away` fails. */
function venueOf(candles: Readonly<Record<string, readonly Candle[]>>, away: ReadonlySet<string>): Broker {
  const data: Pick<MarketData, 'market' | 'series' | 'now'> = {
    now: async () => at(0),
    market: async (symbol) => market(symbol),
    async series({ symbol, asOf }) {
      if (away.has(symbol)) throw new AppError('mongo-unreachable', `${symbol} is away`, { retryable: true });
      const series = seriesUntil(buildSeries(symbol, '1h', candles[symbol]!), asOf);
      if (series.length === 0) throw new AppError('no-candles', 'nothing yet');
      return series;
    },
  };
  return createPaperBroker({
    accounts: memoryVenueAccounts(),
    data: data as MarketData,
    startingCash: 10_000,
    quote: 'USD',
    terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
  });
}

const entry = (symbol: string): PlacedRequest => ({
  account: 'paper',
  clientOrderId: `entry-${symbol}`,
  strategyHash: 's'.repeat(64),
  symbol,
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 1,
  bracket: { stop: { kind: 'percent', value: 0.05 } },
  time: at(1),
});

describe('the closed candles of an open time', () => {
  const close = (venue: Broker, hour: number, symbols: readonly string[]) =>
    venue.onCandles({ account: 'paper', symbols, timeframe: '1h', candleTime: at(hour) });

  it('are processed for every market that can be read; the others are returned', async () => {
    const away = new Set(['B-USD']);
    const venue = venueOf({ 'A-USD': hours([99, 99, 99]), 'B-USD': hours([99, 99, 99]) }, away);
    await venue.open('paper');
    const failed = await close(venue, 0, ['A-USD', 'B-USD']);
    expect(failed.map(({ symbol }) => symbol)).toEqual(['B-USD']);
    for (const symbol of ['A-USD', 'B-USD']) await venue.submit(entry(symbol)).catch(() => undefined);
    await close(venue, 1, ['A-USD', 'B-USD']);
    expect((await venue.fills('paper', null)).map(({ symbol }) => symbol)).toEqual(['A-USD']);
  });

  it('include those that could not be read before: no stop is passed over', async () => {
    const away = new Set<string>();
    const venue = venueOf({ 'A-USD': hours([99, 99, 90, 99, 99]) }, away);
    await venue.open('paper');
    await close(venue, 0, ['A-USD']);
    await venue.submit(entry('A-USD'));
    await close(venue, 1, ['A-USD']);
    away.add('A-USD');
    expect(await close(venue, 2, ['A-USD'])).toHaveLength(1);
    away.clear();
    expect(await close(venue, 3, ['A-USD'])).toEqual([]);
    const fills = await venue.fills('paper', null);
    expect(fills.map(({ purpose, time }) => [purpose, Math.floor((time - START) / HOUR)])).toEqual([
      ['entry', 1],
      ['stop', 2],
    ]);
    await close(venue, 3, ['A-USD']);
    expect(await venue.fills('paper', null)).toEqual(fills);
  });

  it('of a market that has not begun to trade are none', async () => {
    const late = hours([99, 99, 99]).map((candle) => ({ ...candle, time: candle.time + 10 * HOUR }));
    const venue = venueOf({ 'A-USD': hours([99, 99]), 'L-USD': late }, new Set());
    await venue.open('paper');
    expect(await close(venue, 0, ['A-USD', 'L-USD'])).toEqual([]);
  });
});
