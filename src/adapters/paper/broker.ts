import { type Fill } from '../../domain/orders/order.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import {
  openAccount,
  orderGroup,
  valueOf,
  type VenueAccount,
  type VenueOrder as PaperOrder,
} from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueStep } from '../../domain/portfolio/paper-venue/draft.ts';
import { onCandle, type VenueTerms } from '../../domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../domain/portfolio/paper-venue/requests.ts';
import { type Broker } from '../../ports/broker.ts';
import { compareAndSet } from '../../ports/compare-and-set.ts';
import { type OrderReport } from '../../domain/orders/order-request.ts';
import { AppError } from '../../domain/errors.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';

export interface PaperBrokerDeps {
  readonly accounts: VenueAccountStore;
  readonly data: MarketData;
  readonly startingCash: number;
  readonly quote: string;
  readonly terms: Omit<VenueTerms, 'market'>;
}

function venueOrder({
  readyAt: _r,
  reserved: _c,
  trail: _t,
  waitsBars: _w,
  bracket: _b,
  createdAt: _a,
  ...order
}: PaperOrder): OrderReport {
  return order;
}

function fillOf({ cause: _c, ambiguous: _a, ...fill }: VenueAccount['fills'][number]): Fill {
  return fill;
}

/**
 * The paper venue as a broker. Every request is one pure step from account state to account state, stored by
 * compare-and-set, so that cash, positions and orders change atomically.
 */
export function createPaperBroker({ accounts, data, startingCash, quote, terms }: PaperBrokerDeps): Broker {
  const load = async (account: string): Promise<{ version: number; state: VenueAccount }> => {
    const row = await accounts.load(account);
    if (!row)
      throw new AppError('no-account', `there is no paper account ${account}`, {
        retryable: true,
        advice: 'It opens with the first cycle or tick',
      });
    return { version: row.version, state: row.state as VenueAccount };
  };

  const change = <T extends VenueStep>(account: string, step: (state: VenueAccount) => T): Promise<T> =>
    compareAndSet(`paper account ${account}`, async () => {
      const { version, state } = await load(account);
      const answer = step(state);
      const isDone = answer.account === state || (await accounts.save(account, answer.account, version));
      return isDone ? { done: answer } : null;
    });

  return {
    async open(account) {
      if (await accounts.load(account)) return;
      await accounts.save(account, openAccount(account, startingCash, quote), 0);
    },
    async submit({ time, ...request }) {
      const market = await data.market(request.symbol);
      const { order } = await change(request.account, (state) => submitOrder(state, request, market, time));
      return venueOrder(order);
    },
    async fetchOrder(account, clientOrderId) {
      const { state } = await load(account);
      const order = state.orders[clientOrderId];
      return order ? venueOrder(order) : null;
    },
    async fetchGroup(account, clientOrderId) {
      return orderGroup((await load(account)).state, clientOrderId).map(venueOrder);
    },
    async openOrders(account) {
      return Object.values((await load(account)).state.orders)
        .filter(({ state }) => state === 'open')
        .map(venueOrder);
    },
    async cancel(account, clientOrderId) {
      const now = await data.now();
      const { order } = await change(account, (state) => cancelOrder(state, clientOrderId, now));
      return order && venueOrder(order);
    },
    async fills(account, since) {
      return (await load(account)).state.fills.filter(({ time }) => time >= since).map(fillOf);
    },
    async balance(account) {
      const { state } = await load(account);
      const value = valueOf(state);
      // Before the first candle there is no mark price: use market time.
      return value.time > 0 ? value : { ...value, time: await data.now() };
    },
    async onCandle(account, symbol, timeframe, candleTime) {
      const barMs = timeframeMs(timeframe);
      const [market, series] = await Promise.all([
        data.market(symbol),
        data.series({ symbol, timeframe, asOf: candleTime + barMs, bars: 1, anyCoverage: true }),
      ]);
      const bar = series.length - 1;
      if (series.time[bar] !== candleTime) {
        throw new AppError(
          'no-candles',
          `the last ${timeframe} candle of ${symbol} opens at ${new Date(series.time[bar]!).toISOString()}, not at ${new Date(candleTime).toISOString()}`,
          { retryable: true },
        );
      }
      const candle = {
        time: candleTime,
        open: series.open[bar]!,
        high: series.high[bar]!,
        low: series.low[bar]!,
        close: series.close[bar]!,
        volume: series.volume[bar]!,
      };
      await change(account, (state) =>
        onCandle(state, { candle, filled: series.filled[bar] === 1, barMs }, { ...terms, market }),
      );
    },
  };
}
