import { ORDER_TYPES } from '../../domain/orders/order.ts';
import { openAccount, openOrdersOf, valueOf, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { onCandle } from '../../domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../domain/portfolio/paper-venue/requests.ts';
import { type Broker } from '../../ports/broker.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';
import { createAccountReads } from './account-reads.ts';
import { createBookBroker } from './book-broker.ts';
import { barOf, firstUnseen, readClosed, type ReadyMarket } from './closed-bars.ts';
import { openingCash } from './opening-cash.ts';
import { reportOf } from './order-report.ts';
import { createPaperVenue, type PlainAccount } from './plain-venue.ts';
import { type PaperProfile, refuseOther } from './profile.ts';
import { createStoredAccounts } from './stored-accounts.ts';

export interface PaperBrokerDeps {
  readonly accounts: VenueAccountStore;
  readonly data: MarketData;
  readonly startingCash: number;
  readonly quote: string;
  readonly terms: Omit<VenueTerms, 'market'>;
  /** @default 'bracket' */
  readonly profile?: PaperProfile;
}

/** The paper venue as a broker: with brackets of its own, or plain, with the book of the company above it. */
export function createPaperBroker({ profile = 'bracket', ...deps }: PaperBrokerDeps): Broker {
  if (profile === 'bracket') return createBracketBroker(deps);
  const accounts = createStoredAccounts<PlainAccount>(deps.accounts, profile);
  return createBookBroker({ ...deps, accounts, venue: createPaperVenue({ ...deps, accounts }) });
}

/**
 * Every request is one pure step from account state to account state, stored by compare-and-set, so that cash, positions and
 * orders change atomically. What is over moves into rows of its own.
 */
function createBracketBroker({
  accounts: rows,
  data,
  startingCash,
  quote,
  terms,
}: Omit<PaperBrokerDeps, 'profile'>): Broker {
  const stored = createStoredAccounts<VenueAccount>(rows, 'bracket');
  const { opened, load, change, orderOf } = stored;
  return {
    ...createAccountReads(stored),
    capabilities: { brackets: true, reduceOnly: true, orderTypes: ORDER_TYPES },
    async open(account) {
      if (opened.has(account)) return;
      const known = await rows.load(account);
      if (known) refuseOther('bracket', known.state as VenueAccount);
      else await rows.save(account, openAccount(account, await openingCash(rows, account, startingCash), quote), 0);
      opened.add(account);
    },
    async submit({ time, ...request }) {
      const market = await data.market(request.symbol);
      const { account, ...asked } = request;
      const { order } = await change(account, async (state) => {
        const known = await orderOf(state, asked.clientOrderId);
        // Of the oldest orders only the outcome is known.
        return known ? { account: state, order: { ...asked, ...known } } : submitOrder(state, request, market, time);
      });
      return reportOf(order);
    },
    async fetchOrder(account, clientOrderId) {
      const order = await orderOf((await load(account)).state, clientOrderId);
      return order && reportOf(order);
    },
    async openOrders(account) {
      return openOrdersOf((await load(account)).state).map(reportOf);
    },
    async cancel(account, clientOrderId) {
      const now = await data.now();
      const { order } = await change(account, async (state) => {
        const step = cancelOrder(state, clientOrderId, now);
        return { ...step, order: step.order ?? (await orderOf(state, clientOrderId)) };
      });
      return order && reportOf(order);
    },
    unassigned: async () => [],
    async balance(account) {
      const { state } = await load(account);
      const value = { ...valueOf(state), writtenOff: Number(state.writtenOff) };
      // Before the first candle there is no mark price: use market time.
      return value.time > 0 ? value : { ...value, time: await data.now() };
    },
    async onCandles({ account, timeExitsWait = false, ...closed }) {
      const { ready, failed } = await readClosed(data, closed);
      await change(account, (state) => ({ account: applyMarkets(state, ready, terms, timeExitsWait) }));
      return failed;
    },
  };
}

function applyMarkets(
  account: VenueAccount,
  ready: readonly ReadyMarket[],
  terms: PaperBrokerDeps['terms'],
  timeExitsWait: boolean,
): VenueAccount {
  let current = account;
  for (const { market, series } of ready) {
    const first = firstUnseen(current, { market, series });
    for (let index = first; index < series.length; index += 1)
      current = onCandle(current, barOf(series, index, timeExitsWait), { ...terms, market }).account;
  }
  return current;
}
