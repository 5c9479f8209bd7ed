import { describe, expect, it } from 'vitest';
import { createBookBroker } from '../../../src/adapters/paper/book-broker.ts';
import { createPaperVenue, type PlainAccount } from '../../../src/adapters/paper/plain-venue.ts';
import { createStoredAccounts } from '../../../src/adapters/paper/stored-accounts.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { seriesUntil } from '../../../src/domain/market/slice-series.ts';
import { openOrdersOf } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type Broker, type PlacedRequest } from '../../../src/ports/broker.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { type PlainTrade, type PlainVenue } from '../../../src/ports/plain-venue.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { memoryVenueAccounts, type MemoryVenueAccounts } from '../../fixtures/memory-venue-accounts.ts';
import { HOUR, market } from '../../fixtures/synthetic-market.ts';

const SYMBOL = 'A-USD';
const ACCOUNT = 'paper';
const CLOSES = [100, 100, 100, 94, 94];
const CANDLES = CLOSES.map((close, i): Candle => {
  const open = CLOSES[i - 1] ?? close;
  return { time: i * HOUR, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 5 };
});
const SERIES = buildSeries(SYMBOL, '1h', CANDLES);
const data: Pick<MarketData, 'market' | 'series' | 'now'> = {
  now: async () => HOUR,
  market: async (symbol) => market(symbol),
  series: async ({ asOf }) => seriesUntil(SERIES, asOf),
};
const terms = { slippageRate: 0, stopRangeShare: 0, priceImprovement: false };

interface Desk {
  readonly broker: Broker;
  readonly venue: PlainVenue;
}

/** A process of the company. @param changed what is unlike the paper venue on its way to it */
function deskOver(rows: MemoryVenueAccounts, changed: (venue: PlainVenue) => Partial<PlainVenue> = () => ({})): Desk {
  const accounts = createStoredAccounts<PlainAccount>(rows, 'plain');
  const deps = { accounts, data: data as MarketData, quote: 'USD', terms };
  const venue = createPaperVenue(deps);
  const broker = createBookBroker({ ...deps, startingCash: 10_000, venue: { ...venue, ...changed(venue) } });
  return { broker, venue };
}

const request = (id: string, more: Partial<PlacedRequest> = {}): PlacedRequest => ({
  account: ACCOUNT,
  clientOrderId: id,
  strategyHash: 's'.repeat(64),
  symbol: SYMBOL,
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 1,
  bracket: { stop: { kind: 'percent', value: 0.05 } },
  time: HOUR,
  ...more,
});
const close = ({ broker }: Desk, hour: number) =>
  broker.onCandles({ account: ACCOUNT, symbols: [SYMBOL], timeframe: '1h', candleTime: hour * HOUR });
const idsAt = async ({ venue }: Desk): Promise<readonly string[]> =>
  (await venue.openOrders(ACCOUNT)).map(({ clientOrderId }) => clientOrderId);
const lost = (): Promise<never> => Promise.reject(new Error('socket hang up'));

async function opened(rows: MemoryVenueAccounts, changed?: Parameters<typeof deskOver>[1]): Promise<Desk> {
  const desk = deskOver(rows, changed);
  await desk.broker.open(ACCOUNT);
  await close(desk, 0);
  return desk;
}

describe('an entry whose request was lost', () => {
  async function lostEntry() {
    const rows = memoryVenueAccounts();
    const first = await opened(rows, () => ({ send: lost }));
    await expect(first.broker.submit(request('bc-1'))).rejects.toThrow('socket hang up');
    const next = deskOver(rows);
    await next.broker.open(ACCOUNT);
    return { rows, next };
  }

  it('is not sent by whoever opens the account next: it may have been allowed before a halt', async () => {
    const { next } = await lostEntry();
    expect(await idsAt(next)).toEqual([]);
    expect(await next.broker.fetchOrder(ACCOUNT, 'bc-1')).toBeNull();
    expect(await next.broker.fetchGroup(ACCOUNT, 'bc-1')).toEqual([]);
  });

  it('is sent by the submit that was allowed again', async () => {
    const { next } = await lostEntry();
    expect(await next.broker.submit(request('bc-1'))).toMatchObject({ state: 'open' });
    expect(await idsAt(next)).toEqual(['bc-1']);
  });

  it('ends with the candle after its decision', async () => {
    const { next } = await lostEntry();
    await close(next, 1);
    expect(await next.broker.fetchOrder(ACCOUNT, 'bc-1')).toMatchObject({ state: 'cancelled' });
    expect(await next.broker.submit(request('bc-1'))).toMatchObject({ state: 'cancelled' });
    expect(await idsAt(next)).toEqual([]);
  });

  it('is an open order when only the answer was lost', async () => {
    const rows = memoryVenueAccounts();
    const first = await opened(rows, (venue) => ({ send: (...sent) => venue.send(...sent).then(lost) }));
    await expect(first.broker.submit(request('bc-1'))).rejects.toThrow('socket hang up');
    const next = deskOver(rows);
    await next.broker.open(ACCOUNT);
    expect(await next.broker.fetchOrder(ACCOUNT, 'bc-1')).toMatchObject({ state: 'open' });
    expect(await idsAt(next)).toEqual(['bc-1']);
  });
});

describe('a request that a frozen process sends after its end', () => {
  it('is cancelled with the next candle', async () => {
    const rows = memoryVenueAccounts();
    let wake: () => void = () => undefined;
    const frozen = await opened(rows, (venue) => ({
      send: async (...sent) => {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        return venue.send(...sent);
      },
    }));
    const sending = frozen.broker.submit(request('bc-1', { type: 'limit', price: 50 }));
    const next = deskOver(rows);
    await next.broker.open(ACCOUNT);
    while (!(await next.broker.openOrders(ACCOUNT)).some(({ clientOrderId }) => clientOrderId === 'bc-1'));
    expect(await next.broker.cancel(ACCOUNT, 'bc-1')).toMatchObject({ state: 'cancelled' });
    wake();
    await sending;
    expect(await idsAt(next)).toEqual(['bc-1']);
    await close(next, 1);
    expect(await idsAt(next)).toEqual([]);
  });
});

describe('a request that the venue never answers', () => {
  it('keeps no other one from being asked, however many orders end meanwhile', async () => {
    const rows = memoryVenueAccounts();
    const desk = await opened(rows, (venue) => ({
      cancel: (account, id, time) => (id === 'bc-stuck' ? lost() : venue.cancel(account, id, time)),
    }));
    await desk.broker.submit(request('bc-stuck', { type: 'limit', price: 50 }));
    await expect(desk.broker.cancel(ACCOUNT, 'bc-stuck')).rejects.toThrow('socket hang up');
    // More than the account keeps of what is over.
    for (let n = 0; n < 90; n += 1) {
      await desk.broker.submit(request(`bc-${n}`, { type: 'limit', price: 50 })).catch(() => undefined);
      await desk.broker.cancel(ACCOUNT, `bc-${n}`).catch(() => undefined);
    }
    expect(await idsAt(desk)).toEqual(['bc-stuck']);
    const next = deskOver(rows);
    await next.broker.open(ACCOUNT);
    expect(await idsAt(next)).toEqual([]);
    expect(await next.broker.fetchOrder(ACCOUNT, 'bc-stuck')).toMatchObject({ state: 'cancelled' });
  });
});

describe('fills of the venue', () => {
  /** A desk whose venue keeps the fills from the one numbered `from` to itself until they are shown. */
  async function lateFills(from: number) {
    const rows = memoryVenueAccounts();
    let isShown = false;
    const hide = (trades: readonly PlainTrade[]): readonly PlainTrade[] =>
      trades.filter(({ id }) => isShown || Number(id.slice(id.lastIndexOf('.') + 1)) < from);
    const desk = await opened(rows, (venue) => ({
      trades: async (account, after) => hide(await venue.trades(account, after)),
    }));
    await desk.broker.submit(request('bc-1'));
    return { desk, show: () => (isShown = true) };
  }

  it('that are reported late are waited for: a stop that has filled is not sent again', async () => {
    const { desk, show } = await lateFills(2);
    await close(desk, 1);
    await close(desk, 3);
    expect(await desk.venue.positions(ACCOUNT)).toEqual([]);
    expect(await idsAt(desk)).toEqual([]);
    await close(desk, 4);
    expect(await idsAt(desk)).toEqual([]);
    show();
    expect((await desk.broker.fills(ACCOUNT, null)).map(({ purpose }) => purpose)).toEqual(['entry', 'stop']);
    expect(await desk.broker.positions(ACCOUNT)).toEqual([]);
  });

  it('of an entry that are reported late are waited for: a cancel comes too late, and is not said to be done', async () => {
    const { desk, show } = await lateFills(1);
    await close(desk, 1);
    expect(await desk.broker.cancel(ACCOUNT, 'bc-1')).toMatchObject({ state: 'open' });
    await close(desk, 2);
    expect(await desk.broker.fetchOrder(ACCOUNT, 'bc-1')).toMatchObject({ state: 'open' });
    show();
    expect((await desk.broker.fills(ACCOUNT, null)).map(({ purpose }) => purpose)).toEqual(['entry']);
    expect(await desk.broker.fetchOrder(ACCOUNT, 'bc-1')).toMatchObject({ state: 'filled' });
    expect(await idsAt(desk)).toEqual(['bc-1-s']);
  });

  it('that were not reported are held by nobody', async () => {
    const { desk, show } = await lateFills(1);
    await close(desk, 1);
    expect(await desk.broker.unassigned(ACCOUNT)).toEqual([{ strategyHash: 'nobody', symbol: SYMBOL, amount: 1 }]);
    show();
    expect(await desk.broker.unassigned(ACCOUNT)).toEqual([]);
    expect((await desk.broker.positions(ACCOUNT)).map(({ amount }) => amount)).toEqual([1]);
    expect(await idsAt(desk)).toEqual(['bc-1-s']);
  });

  it('are counted once by two processes that read them together', async () => {
    const { desk, show } = await lateFills(1);
    await close(desk, 1);
    show();
    await Promise.all([desk.broker.fills(ACCOUNT, null), desk.broker.fills(ACCOUNT, null)]);
    expect((await desk.broker.positions(ACCOUNT)).map(({ amount }) => amount)).toEqual([1]);
  });
});

describe('what others do on the account', () => {
  it('is listed, and belongs to no strategy', async () => {
    const rows = memoryVenueAccounts();
    const desk = await opened(rows);
    const { clientOrderId, symbol, side, amount } = request('by-hand');
    await desk.venue.send(ACCOUNT, { clientOrderId, symbol, side, amount, type: 'market' }, HOUR);
    expect(await desk.broker.openOrders(ACCOUNT)).toMatchObject([{ clientOrderId: 'by-hand', strategyHash: 'nobody' }]);
    await close(desk, 1);
    expect(await desk.broker.fills(ACCOUNT, null)).toEqual([]);
    expect(await desk.broker.positions(ACCOUNT)).toEqual([]);
    expect(await desk.broker.unassigned(ACCOUNT)).toMatchObject([{ symbol: SYMBOL, amount: 1 }]);
    expect(openOrdersOf(rows.stateOf(ACCOUNT) as PlainAccount)).toEqual([]);
  });

  it('is cancelled when the company asks for it', async () => {
    const desk = await opened(memoryVenueAccounts());
    const { symbol, side, amount } = request('by-hand');
    await desk.venue.send(ACCOUNT, { clientOrderId: 'by-hand', symbol, side, amount, type: 'limit', price: 50 }, HOUR);
    expect(await desk.broker.cancel(ACCOUNT, 'by-hand')).toMatchObject({ state: 'cancelled', strategyHash: 'nobody' });
    expect(await desk.broker.cancel(ACCOUNT, 'never')).toBeNull();
  });
});

/** Id of a fill that the venue has reported late. */
const LATE = 'v.99';

describe('a closing request that did not arrive', () => {
  it('is not sent again when a fill that was reported since has closed the position', async () => {
    const rows = memoryVenueAccounts();
    const sent: string[] = [];
    const reported: PlainTrade[] = [];
    let isDown = false;
    const desk = await opened(rows, (venue) => ({
      send: (account, asked, time) => {
        if (isDown) return lost();
        sent.push(asked.clientOrderId);
        return venue.send(account, asked, time);
      },
      trades: async (account, after) =>
        after === LATE ? [] : [...(await venue.trades(account, after)), ...reported.splice(0)],
    }));
    await desk.broker.submit(request('bc-1'));
    await close(desk, 1);
    isDown = true;
    const { bracket: _, ...exit } = request('bc-2', { side: 'sell', purpose: 'exit', time: 2 * HOUR });
    await expect(desk.broker.submit(exit)).rejects.toThrow('socket hang up');
    isDown = false;
    // The stop had filled before its cancel, and the venue says so only now.
    const stop = { id: LATE, clientOrderId: 'bc-1-s', symbol: SYMBOL, side: 'sell', amount: 1 } as const;
    reported.push({ ...stop, price: 95, fee: 0, time: 2 * HOUR });
    await close(desk, 2);
    expect(sent).toEqual(['bc-1', 'bc-1-s']);
    expect(await desk.broker.positions(ACCOUNT)).toEqual([]);
  });
});
