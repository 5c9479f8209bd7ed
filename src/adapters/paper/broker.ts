import { type Fill } from '../../domain/orders/order.ts';
import { candleAt } from '../../domain/market/candle-columns.ts';
import { type Market } from '../../domain/market/market.ts';
import { FLAGS, type Series } from '../../domain/market/series.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { orderGroup, openOrdersOf, valueOf, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { mainAccountOf } from '../../domain/portfolio/accounts.ts';
import { fillsAfter, hasFillsAfter, sequenceOf } from '../../domain/portfolio/paper-venue/fills-after.ts';
import { movePast } from '../../domain/portfolio/paper-venue/past.ts';
import { type VenueBar, type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { type VenueOrder as PaperOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { type Broker, type MarketFailure } from '../../ports/broker.ts';
import { compareAndSet } from '../../ports/compare-and-set.ts';
import { createSharedReads } from '../../ports/shared-reads.ts';
import { type OrderReport } from '../../domain/orders/order-request.ts';
import { AppError, errorText, hasCode } from '../../domain/errors.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';
import { type PaperProfile, profileOf, stepsOf, type VenueSteps } from './profile.ts';

export interface PaperBrokerDeps {
  readonly accounts: VenueAccountStore;
  readonly data: MarketData;
  readonly startingCash: number;
  readonly quote: string;
  readonly terms: Omit<VenueTerms, 'market'>;
  /** @default 'bracket' */
  readonly profile?: PaperProfile;
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
 * compare-and-set, so that cash, positions and orders change atomically. What is over moves into rows of its own. On a plain
 * venue what the company decides is stored before the venue is asked, request by request: whoever opens the account next
 * carries out what is pending.
 */
export function createPaperBroker({
  accounts,
  data,
  startingCash,
  quote,
  terms,
  profile = 'bracket',
}: PaperBrokerDeps): Broker {
  const steps = stepsOf(profile);
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
    refuseOther(profile, stored.state);
    newest.set(account, stored);
    return stored;
  };

  const load = createSharedReads(read);

  const change = <T extends { readonly account: VenueAccount }>(
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

  /** Asks the venue for everything that is stored and not carried out, one request and one write after the other. */
  const carryOutAll = async (account: string): Promise<void> => {
    const carryOutOne = async (state: VenueAccount) => {
      const pending = steps.pending(state);
      if (pending === null) return { account: state, isDone: true };
      const market = await data.market(pending.symbol).catch((error: unknown) => {
        // It is stored and will be sent: a final error would be taken for a rejection.
        const text = `request ${pending.clientOrderId} was not sent yet: ${errorText(error)}`;
        throw new AppError('order-unknown', text, { retryable: true, cause: error });
      });
      return { account: steps.carryOut(state, pending, market), isDone: false };
    };
    if (profile === 'bracket') return;
    while (!(await change(account, carryOutOne)).isDone);
  };

  return {
    capabilities: steps.capabilities,
    async open(account) {
      if (opened.has(account)) return;
      const known = await accounts.load(account);
      if (known) {
        refuseOther(profile, known.state as VenueAccount);
        await carryOutAll(account);
      } else {
        // An incubation account begins with what the company has, so that sizes are those of the main account.
        const main = mainAccountOf(account);
        const company = main === account ? null : await accounts.load(main);
        const cash = company ? valueOf(company.state as VenueAccount).equity : startingCash;
        await accounts.save(account, steps.open(account, Math.max(cash, LEAST_CASH), quote), 0);
      }
      opened.add(account);
    },
    async submit({ time, ...request }) {
      const market = await data.market(request.symbol);
      const { order } = await change(request.account, async (state) => {
        const known = await orderOf(state, request.clientOrderId);
        // Of the oldest orders only the outcome is known.
        return known
          ? { account: state, order: { ...request, ...known } }
          : steps.submit(state, request, { ...terms, market }, time);
      });
      await carryOutAll(request.account);
      // The venue has answered since.
      const answered = newest.get(request.account)?.state.orders[request.clientOrderId];
      return venueOrder(answered ?? order);
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
      await change(account, (state) => ({ account: steps.cancel(state, clientOrderId, now) }));
      await carryOutAll(account);
      const known = await orderOf((await load(account)).state, clientOrderId);
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
      const irregularities = steps.irregularities(state);
      const value = {
        ...valueOf(state),
        writtenOff: Number(state.writtenOff),
        ...(irregularities && { irregularities }),
      };
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
      const apply = (state: VenueAccount) => applyMarkets(state, ready, { terms, timeExitsWait, steps });
      for (;;) {
        const { account: after } = await change(account, (state) => ({ account: apply(state) }));
        if (steps.pending(after) === null) return failed;
        await carryOutAll(account);
      }
    },
  };
}

interface ReadyMarket {
  readonly market: Market;
  readonly series: Series;
}

interface Playing {
  readonly terms: PaperBrokerDeps['terms'];
  readonly timeExitsWait: boolean;
  readonly steps: VenueSteps;
}

/**
 * Processes the bars of each market after the last one that the account has seen: usually one, more when the candles of a
 * tick could not be read. An account that has seen none starts with the last. Stops where the venue has to be asked first.
 */
function applyMarkets(account: VenueAccount, ready: readonly ReadyMarket[], playing: Playing): VenueAccount {
  const { terms, timeExitsWait, steps } = playing;
  let current = account;
  for (const { market, series } of ready) {
    const { length, timeframe } = series;
    const barMs = timeframeMs(timeframe);
    const seen = account.marks[market.symbol]?.time;
    const first = seen === undefined ? length - 1 : Math.max(0, Math.floor((seen - series.time[0]!) / barMs) + 1);
    for (let bar = first; bar < length; bar += 1) {
      const { candle, filled } = barAt(series, bar);
      current = steps.onCandle(current, { candle, filled, barMs, timeExitsWait }, { ...terms, market });
      if (steps.pending(current) !== null) return current;
    }
  }
  return current;
}

/** @throws AppError `other-profile`: an account of one profile has no meaning under the other */
function refuseOther(profile: PaperProfile, state: VenueAccount): void {
  const its = profileOf(state);
  if (its === profile) return;
  throw new AppError(
    'other-profile',
    `paper account ${state.account} was opened with profile ${its}, the configuration says ${profile}`,
    { advice: `Set paper.profile in config/exchange.yaml to ${its}, or start with a new data directory` },
  );
}

const barAt = (series: Series, bar: number): Pick<VenueBar, 'candle' | 'filled'> => ({
  candle: candleAt(series, bar),
  filled: series.filled[bar] !== FLAGS.real,
});
