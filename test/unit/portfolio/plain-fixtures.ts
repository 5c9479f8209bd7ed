import { type Market } from '../../../src/domain/market/market.ts';
import { type OrderRequest } from '../../../src/domain/orders/order-request.ts';
import { openOrdersOf } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type VenueBar, type VenueTerms } from '../../../src/domain/portfolio/paper-venue/bar-step.ts';
import {
  cancelPlain,
  carryOut,
  onPlainCandle,
  openPlain,
  pendingOf,
  type PlainAccount,
  submitPlain,
} from '../../fixtures/plain-account.ts';
import { termsOf } from './venue-fixtures.ts';

/** An account on a plain venue whose requests are carried out at once, as the broker does it. */
export interface PlainDesk {
  readonly account: () => PlainAccount;
  readonly submit: (request: OrderRequest, time?: number) => void;
  readonly cancel: (id: string, time?: number) => void;
  readonly play: (...bars: readonly VenueBar[]) => void;
  /** Changes the account behind its back. */
  readonly disturb: (change: (account: PlainAccount) => PlainAccount) => void;
  /** Fills so far: id of the order, amount, price. */
  readonly fills: () => readonly (readonly [string, number, number])[];
  /** Open orders of the company: id and level. */
  readonly open: () => readonly (readonly [string, number | undefined])[];
  /** Open orders at the venue: type, amount and level. */
  readonly resting: () => readonly (readonly [string, number, number | undefined])[];
  readonly shares: () => readonly (readonly [string, number])[];
}

export function settled(account: PlainAccount, market: Market): PlainAccount {
  let current = account;
  for (let pending = pendingOf(current); pending !== null; pending = pendingOf(current)) {
    current = carryOut(current, pending, market);
  }
  return current;
}

export function plainDesk(terms: VenueTerms = termsOf(), cash = 10_000): PlainDesk {
  const { market } = terms;
  let account = openPlain('paper', cash, 'USD');
  const priceOf = (order: object): number | undefined => (order as { readonly price?: number }).price;
  return {
    account: () => account,
    submit(request, time = 0) {
      account = settled(submitPlain(account, request, terms, time).account, market);
    },
    cancel(id, time = 0) {
      account = settled(cancelPlain(account, id, time), market);
    },
    play(...bars) {
      for (const bar of bars) {
        while (account.marks[market.symbol]?.time !== bar.candle.time) {
          account = settled(onPlainCandle(account, bar, terms), market);
        }
      }
    },
    disturb(change) {
      account = change(account);
    },
    fills: () => account.fills.map(({ clientOrderId, amount, price }) => [clientOrderId, amount, price]),
    open: () => openOrdersOf(account).map((order) => [order.clientOrderId, priceOf(order)]),
    resting: () => openOrdersOf(account.venue).map((order) => [order.type, order.amount, priceOf(order)]),
    shares: () => Object.values(account.positions).map(({ strategyHash, amount }) => [strategyHash, amount]),
  };
}
