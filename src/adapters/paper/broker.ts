import { type Fill } from '../../domain/orders/order.ts';
import { candleAt } from '../../domain/market/candle-columns.ts';
import { type Market } from '../../domain/market/market.ts';
import { FLAGS, type Series } from '../../domain/market/series.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import {
  openAccount,
  orderGroup,
  openOrdersOf,
  valueOf,
  type VenueAccount,
} from '../../domain/portfolio/paper-venue/account.ts';
import { mainAccountOf } from '../../domain/portfolio/accounts.ts';
import { fillsAfter, hasFillsAfter, sequenceOf } from '../../domain/portfolio/paper-venue/fills-after.ts';
import { movePast } from '../../domain/portfolio/paper-venue/past.ts';
import { type VenueStep } from '../../domain/portfolio/paper-venue/draft.ts';
import { type VenueBar, type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { onCandle } from '../../domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../domain/portfolio/paper-venue/requests.ts';
import { type VenueOrder as PaperOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { type Broker, type MarketFailure } from '../../ports/broker.ts';
import { compareAndSet } from '../../ports/compare-and-set.ts';
import { createSharedReads } from '../../ports/shared-reads.ts';
import { type OrderReport } from '../../domain/orders/order-request.ts';
import { AppError, hasCode } from '../../domain/errors.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';

export interface PaperBrokerDeps {
  readonly accounts: VenueAccountStore;
  readonly data: MarketData;
  readonly startingCash: number;
  readonly quote: string;
  readonly terms: Omit<VenueTerms, 'market'>;
}

/** A company that has lost everything: an account opens with cash above zero. */
const LEAST_CASH = 0.01;

interface StoredAccount {
  readonly version: number;
  readonly state: VenueAccount;
}

/** What of an order only the venue itself knows. */
interface Inner {
  readonly readyAt: unknown;
  readonly reserved: unknown;
  readonly trail?: unknown;
  readonly breakEven?: unknown;
  readonly waitsBars?: unknown;
  readonly expiresAt?: unknown;
  readonly restsSince?: unknown;
  readonly triggeredAt?: unknown;
  readonly bracket?: unknown;
  readonly createdAt: unknown;
}

function venueOrder(known: PaperOrder): OrderReport {
  const {
    readyAt: _r,
    reserved: _c,
    trail: _t,
    breakEven: _e,
    waitsBars: _w,
    expiresAt: _x,
    restsSince: _s,
    triggeredAt: _g,
    bracket: _b,
    createdAt: _a,
    ...order
  }: OrderReport & Inner = known;
  return order;
}

function fillOf({ cause: _c, ambiguous: _a, touch: _t, ...fill }: VenueAccount['fills'][number]): Fill {
  return fill;
}

/**
 * The paper venue as a broker. Every request is one pure step from account state to account state, stored by
 * compare-and-set, so that cash, positions and orders change atomically. What is over moves into rows of its own.
 */
export function createPaperBroker({ accounts, data, startingCash, quote, terms }: PaperBrokerDeps): Broker {
  /** An account that is open stays open. */
  const opened = new Set<string>();
  /** The last states that were read or saved: only a state with another version is read. */
  const newest = new Map<string, StoredAccount>();

  const read = async (account: string): Promise<StoredAccount> => {
    const known = newest.get(account);
    const row = await accounts.load(account, known?.version);
    if (row && row.version === known?.version) return known;
    if (!row) {
      opened.delete(account);
      newest.delete(account);
      throw new AppError('no-account', `there is no paper account ${account}`, {
        retryable: true,
        advice: 'It opens with the first cycle or tick',
      });
    }
    const stored = { version: row.version, state: row.state as VenueAccount };
    newest.set(account, stored);
    return stored;
  };

  const load = createSharedReads(read);

  const change = <T extends Pick<VenueStep, 'account'>>(
    account: string,
    step: (state: VenueAccount) => T | Promise<T>,
  ): Promise<T> =>
    compareAndSet(`paper account ${account}`, async (isFirst) => {
      // A remembered state may be old. It is not saved then, and an answer that changes nothing is not taken from it.
      const remembered = isFirst ? newest.get(account) : undefined;
      const { version, state } = remembered ?? (await load(account));
      const answer = await step(state);
      if (answer.account === state) return remembered ? null : { done: answer };
      const moved = movePast(state, answer.account);
      if (!(await accounts.save(account, moved.account, version, moved.past))) return null;
      newest.set(account, { version: version + 1, state: moved.account });
      return { done: answer };
    });

  /** An order of this account state, or one that was moved out of it. */
  const orderOf = async (state: VenueAccount, id: string): Promise<PaperOrder | null> =>
    state.orders[id] ?? (await accounts.pastOrder(state.account, id));

  return {
    async open(account) {
      if (opened.has(account)) return;
      if (!(await accounts.load(account))) {
        // An incubation account begins with what the company has, so that sizes are those of the main account.
        const main = mainAccountOf(account);
        const company = main === account ? null : await accounts.load(main);
        const cash = company ? valueOf(company.state as VenueAccount).equity : startingCash;
        await accounts.save(account, openAccount(account, Math.max(cash, LEAST_CASH), quote), 0);
      }
      opened.add(account);
    },
    async submit({ time, ...request }) {
      const market = await data.market(request.symbol);
      const { order } = await change(request.account, async (state) => {
        const known = await orderOf(state, request.clientOrderId);
        // Of the oldest orders only the outcome is known.
        return known ? { account: state, order: { ...request, ...known } } : submitOrder(state, request, market, time);
      });
      return venueOrder(order);
    },
    async fetchOrder(account, clientOrderId) {
      const order = await orderOf((await load(account)).state, clientOrderId);
      return order && venueOrder(order);
    },
    async fetchGroup(account, clientOrderId) {
      const group = orderGroup((await load(account)).state, clientOrderId);
      const isWhole = group.some((order) => order.clientOrderId === clientOrderId);
      return (isWhole ? group : [...(await accounts.pastGroup(account, clientOrderId)), ...group]).map(venueOrder);
    },
    async openOrders(account) {
      return openOrdersOf((await load(account)).state).map(venueOrder);
    },
    async cancel(account, clientOrderId) {
      const now = await data.now();
      const { order } = await change(account, (state) => cancelOrder(state, clientOrderId, now));
      const known = order ?? (await accounts.pastOrder(account, clientOrderId));
      return known && venueOrder(known);
    },
    async fills(account, after) {
      const { state } = await load(account);
      const last = after === null ? 0 : sequenceOf(after);
      const past = hasFillsAfter(state, last) ? [] : await accounts.pastFills(account, last);
      return fillsAfter(state, last, past).map(fillOf);
    },
    async positions(account) {
      return Object.values((await load(account)).state.positions).map(({ strategyHash, symbol, amount }) => ({
        strategyHash,
        symbol,
        amount,
      }));
    },
    async balance(account) {
      const { state } = await load(account);
      const value = { ...valueOf(state), writtenOff: Number(state.writtenOff) };
      // Before the first candle there is no mark price: use market time.
      return value.time > 0 ? value : { ...value, time: await data.now() };
    },
    async onCandles({ account, symbols, timeframe, candleTime, timeExitsWait = false }) {
      const asOf = candleTime + timeframeMs(timeframe);
      const failed: MarketFailure[] = [];
      const ready: ReadyMarket[] = [];
      for (const symbol of symbols) {
        try {
          const [market, series] = await Promise.all([
            data.market(symbol),
            data.series({ symbol, timeframe, asOf, anyCoverage: true }),
          ]);
          ready.push({ market, series });
        } catch (error) {
          // A market that has not begun to trade has nothing to process.
          if (!hasCode(error, 'no-candles')) failed.push({ symbol, error });
        }
      }
      await change(account, (state) => ({
        account: ready.reduce((current, market) => applyBars(current, market, terms, timeExitsWait), state),
      }));
      return failed;
    },
  };
}

interface ReadyMarket {
  readonly market: Market;
  readonly series: Series;
}

/**
 * Processes the bars after the last one that the account has seen: usually one, more when the candles of a tick could
 * not be read. An account that has seen none starts with the last.
 */
function applyBars(
  account: VenueAccount,
  { market, series }: ReadyMarket,
  terms: PaperBrokerDeps['terms'],
  timeExitsWait: boolean,
): VenueAccount {
  const { length, timeframe } = series;
  const barMs = timeframeMs(timeframe);
  const seen = account.marks[market.symbol]?.time;
  const first = seen === undefined ? length - 1 : Math.max(0, Math.floor((seen - series.time[0]!) / barMs) + 1);
  let current = account;
  for (let bar = first; bar < length; bar += 1) {
    const { candle, filled } = barAt(series, bar);
    current = onCandle(current, { candle, filled, barMs, timeExitsWait }, { ...terms, market }).account;
  }
  return current;
}

const barAt = (series: Series, bar: number): Pick<VenueBar, 'candle' | 'filled'> => ({
  candle: candleAt(series, bar),
  filled: series.filled[bar] !== FLAGS.real,
});
