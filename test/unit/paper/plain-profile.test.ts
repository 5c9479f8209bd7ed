import { describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { type PaperProfile } from '../../../src/adapters/paper/profile.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { AppError, isExplained } from '../../../src/domain/errors.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { seriesUntil } from '../../../src/domain/market/slice-series.ts';
import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { openOrdersOf } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type PlainAccount } from '../../fixtures/plain-account.ts';
import { type Broker, type PlacedRequest } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { memoryVenueAccounts, type MemoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const SYMBOL = 'A-USD';
const CLOSES = [100, 100, 100, 94, 94];
const CANDLES = CLOSES.map((close, i): Candle => {
  const open = CLOSES[i - 1] ?? close;
  return { time: i * HOUR, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 5 };
});
const SERIES = buildSeries(SYMBOL, '1h', CANDLES);

function brokerOver(
  accounts: MemoryVenueAccounts,
  profile: PaperProfile = 'plain',
  marketOf: (symbol: string) => Market = market,
): Broker {
  const data: Pick<MarketData, 'market' | 'series' | 'now'> = {
    now: async () => HOUR,
    market: async (symbol) => marketOf(symbol),
    series: async ({ asOf }) => seriesUntil(SERIES, asOf),
  };
  return createPaperBroker({
    accounts,
    data: data as MarketData,
    startingCash: 10_000,
    quote: 'USD',
    terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
    profile,
  });
}

const MAIN = 'paper';
const INCUBATION = incubationAccount(MAIN, 'f'.repeat(64));
const entry = (account: string, id: string): PlacedRequest => ({
  account,
  clientOrderId: id,
  strategyHash: 's'.repeat(64),
  symbol: SYMBOL,
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 1,
  bracket: { stop: { kind: 'percent', value: 0.05 } },
  time: HOUR,
});
const close = (venue: Broker, account: string, hour: number) =>
  venue.onCandles({ account, symbols: [SYMBOL], timeframe: '1h', candleTime: hour * HOUR });
const restingOf = (accounts: MemoryVenueAccounts, account: string): readonly string[] =>
  openOrdersOf((accounts.stateOf(account) as PlainAccount).venue).map(({ clientOrderId }) => clientOrderId);

describe('the plain profile', () => {
  it('asks the venue of the account that the order is for', async () => {
    const accounts = memoryVenueAccounts();
    const venue = brokerOver(accounts);
    for (const account of [MAIN, INCUBATION]) {
      await venue.open(account);
      await close(venue, account, 0);
    }
    const untouched = accounts.stateOf(MAIN);
    expect(await venue.submit(entry(INCUBATION, 'bc-1'))).toMatchObject({ state: 'open' });
    expect(restingOf(accounts, INCUBATION)).toEqual(['bc-1']);
    await close(venue, INCUBATION, 1);
    expect(restingOf(accounts, INCUBATION)).toEqual(['bc-1-s']);
    expect(accounts.stateOf(MAIN)).toBe(untouched);
    // Several candles at once: the stop is asked for before the candle that meets it.
    await close(venue, INCUBATION, 4);
    const fills = await venue.fills(INCUBATION, null);
    expect(fills.map(({ account, purpose, price }) => [account, purpose, price])).toEqual([
      [INCUBATION, 'entry', 100],
      [INCUBATION, 'stop', 95],
    ]);
    expect(await venue.positions(INCUBATION)).toEqual([]);
    expect(accounts.stateOf(MAIN)).toBe(untouched);
  });

  it('changes nothing when an order or a candle is repeated by another process', async () => {
    const accounts = memoryVenueAccounts();
    const venue = brokerOver(accounts);
    await venue.open(MAIN);
    await close(venue, MAIN, 0);
    await venue.submit(entry(MAIN, 'bc-1'));
    await close(venue, MAIN, 1);
    const before = accounts.stateOf(MAIN);
    const other = brokerOver(accounts);
    await other.open(MAIN);
    await other.submit(entry(MAIN, 'bc-1'));
    await close(other, MAIN, 1);
    expect(await other.cancel(MAIN, 'bc-1')).toMatchObject({ state: 'filled' });
    expect(accounts.stateOf(MAIN)).toBe(before);
  });

  it('says how often a position was closed twice, and which fills belong to no order', async () => {
    const accounts = memoryVenueAccounts();
    await brokerOver(accounts).open(MAIN);
    const last = { clientOrderId: 'x', symbol: SYMBOL, side: 'sell', amount: 1, price: 99, time: HOUR } as const;
    const state = accounts.stateOf(MAIN) as PlainAccount;
    expect((await brokerOver(accounts).balance(MAIN)).irregularities).toEqual({ closedTwice: 0, foreignFills: 0 });
    const { version } = (await accounts.load(MAIN))!;
    await accounts.save(MAIN, { ...state, closedTwice: 2, foreign: { count: 3, last } }, version);
    expect((await brokerOver(accounts).balance(MAIN)).irregularities).toEqual({
      closedTwice: 2,
      foreignFills: 3,
      lastForeign: last,
    });
    const bracket = memoryVenueAccounts();
    await brokerOver(bracket, 'bracket').open(MAIN);
    expect((await brokerOver(bracket, 'bracket').balance(MAIN)).irregularities).toBeUndefined();
  });

  it('does not call an order rejected that is stored and could not be sent yet', async () => {
    const accounts = memoryVenueAccounts();
    let calls = 0;
    const venue = brokerOver(accounts, 'plain', (symbol) => {
      calls += 1;
      if (calls > 1) throw new AppError('unknown-market', `there is no market ${symbol}`);
      return market(symbol);
    });
    await venue.open(MAIN);
    const error = await venue.submit(entry(MAIN, 'bc-1')).catch((caught: unknown) => caught);
    // A final error with an explanation would be a rejection (place-order.ts).
    expect(isExplained(error) && error.retryable).toBe(true);
    // The venue does not know it; whoever looks it up and may still send it asks again.
    expect(await venue.fetchOrder(MAIN, 'bc-1')).toBeNull();
    const next = brokerOver(accounts);
    await next.open(MAIN);
    expect(restingOf(accounts, MAIN)).toEqual([]);
    expect(await next.submit(entry(MAIN, 'bc-1'))).toMatchObject({ state: 'open' });
    expect(restingOf(accounts, MAIN)).toEqual(['bc-1']);
  });

  it.each(['bracket', 'plain'] as const)(
    'refuses to go on with an account of the other profile: %s',
    async (profile) => {
      const accounts = memoryVenueAccounts();
      await brokerOver(accounts, profile).open(MAIN);
      const other = brokerOver(accounts, profile === 'plain' ? 'bracket' : 'plain');
      for (const use of [() => other.open(MAIN), () => other.balance(MAIN), () => other.submit(entry(MAIN, 'bc-1'))]) {
        await expect(use()).rejects.toMatchObject({
          code: 'other-profile',
          message: expect.stringContaining(profile) as string,
        });
      }
    },
  );
});
