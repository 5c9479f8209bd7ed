import { type OrderRequest } from '../../domain/orders/order-request.ts';
import { type Irregularities } from '../../domain/portfolio/irregularities.ts';
import { openAccount, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueBar, type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { onCandle } from '../../domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder, submitOrder } from '../../domain/portfolio/paper-venue/requests.ts';
import { type VenueOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import {
  cancelPlain,
  carryOut,
  isPlain,
  onPlainCandle,
  openPlain,
  type PlainAccount,
  submitPlain,
} from '../../domain/portfolio/plain-account/plain-account.ts';
import { irregularitiesOf, pendingOf, type SentOrder } from '../../domain/portfolio/protection/book.ts';
import { type Market } from '../../domain/market/market.ts';
import { ORDER_TYPES } from '../../domain/orders/order.ts';
import { type VenueCapabilities } from '../../ports/broker.ts';

/** What the venue of a paper account offers: brackets of its own, or plain orders and one position a market. */
export type PaperProfile = 'bracket' | 'plain';

/** The pure steps of an account. Each is stored before the next one. */
export interface VenueSteps {
  readonly capabilities: VenueCapabilities;
  open(account: string, cash: number, quote: string): VenueAccount;
  submit(
    account: VenueAccount,
    request: OrderRequest,
    terms: VenueTerms,
    time: number,
  ): { readonly account: VenueAccount; readonly order: VenueOrder };
  cancel(account: VenueAccount, clientOrderId: string, time: number): VenueAccount;
  /** While something is pending afterwards, the candle may not have been processed. */
  onCandle(account: VenueAccount, bar: VenueBar, terms: VenueTerms): VenueAccount;
  /** Null where there can be none. */
  irregularities(account: VenueAccount): Irregularities | null;
  /** A request to the venue that is stored and not carried out; null when there is none. */
  pending(account: VenueAccount): SentOrder | null;
  carryOut(account: VenueAccount, pending: SentOrder, market: Market): VenueAccount;
}

export const profileOf = (account: VenueAccount): PaperProfile => (isPlain(account) ? 'plain' : 'bracket');

const BRACKET: VenueSteps = {
  capabilities: { brackets: true, reduceOnly: true, orderTypes: ORDER_TYPES },
  open: openAccount,
  submit: (account, request, { market }, time) => submitOrder(account, request, market, time),
  cancel: (account, id, time) => cancelOrder(account, id, time).account,
  onCandle: (account, bar, terms) => onCandle(account, bar, terms).account,
  irregularities: () => null,
  pending: () => null,
  carryOut: (account) => account,
};

/** The account is of this profile: the broker refuses any other when it reads one. */
const PLAIN: VenueSteps = {
  capabilities: { brackets: false, reduceOnly: false, orderTypes: ORDER_TYPES },
  open: openPlain,
  submit: (account, request, terms, time) => submitPlain(account as PlainAccount, request, terms, time),
  cancel: (account, id, time) => cancelPlain(account as PlainAccount, id, time),
  onCandle: (account, bar, terms) => onPlainCandle(account as PlainAccount, bar, terms),
  irregularities: (account) => irregularitiesOf(account as PlainAccount),
  pending: (account) => pendingOf(account as PlainAccount),
  carryOut: (account, pending, market) => carryOut(account as PlainAccount, pending, market),
};

export const stepsOf = (profile: PaperProfile): VenueSteps => (profile === 'plain' ? PLAIN : BRACKET);
