import { type Market } from '../../market/market.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { openAccount, type VenueAccount } from '../paper-venue/account.ts';
import { type VenueBar, type VenueTerms } from '../paper-venue/bar-step.ts';
import { onCandle } from '../paper-venue/on-candle.ts';
import { cancelOrder } from '../paper-venue/requests.ts';
import { isLive, type VenueOrder } from '../paper-venue/venue-order.ts';
import { openVenue, placeOrder } from '../plain-venue/venue.ts';
import { type Book, openBook, pendingOf, putSent, sealBook, type SentOrder } from '../protection/book.ts';
import { plan } from '../protection/plan.ts';
import { takeCancel, takeRequest } from '../protection/requests.ts';
import { takeCandle } from '../protection/take-candle.ts';
import { takeEnd } from '../protection/take-end.ts';
import { takeFill } from '../protection/take-fill.ts';

/**
 * An account on a plain venue: what the company knows of it, and the venue's own side. Each function is one step, to be stored
 * before the next; a step that is repeated changes nothing.
 */
export interface PlainAccount extends Book {
  readonly venue: VenueAccount;
}

/** @throws AppError `internal` unless `cash` (quote currency) is above zero */
export const openPlain = (account: string, cash: number | string, quote: string): PlainAccount => ({
  ...openAccount(account, cash, quote),
  sent: [],
  timeExitsWait: false,
  closedTwice: 0,
  venue: openVenue(account, cash, quote),
});

export const isPlain = (account: VenueAccount): account is PlainAccount => 'venue' in account;

/** Takes an order of the company; the venue is asked by `carryOut`. */
export function submitPlain(
  account: PlainAccount,
  request: OrderRequest,
  terms: Pick<VenueTerms, 'market' | 'slippageRate'>,
  time: number,
): { readonly account: PlainAccount; readonly order: VenueOrder } {
  const { book, order } = takeRequest(account, request, terms, time);
  return { account: book === account ? account : { ...book, venue: account.venue }, order };
}

/** Decides to cancel an order of the company; the venue is asked by `carryOut`. */
export function cancelPlain(account: PlainAccount, id: string, time: number): PlainAccount {
  const book = takeCancel(account, id, time);
  return book === account ? account : { ...book, venue: account.venue };
}

/**
 * Processes one closed candle of `terms.market`. Before it, what has been decided anew (holding times that wait, or wait no
 * more) is written: then the candle is not processed yet, and `pendingOf` gives what to carry out first.
 */
export function onPlainCandle(account: PlainAccount, bar: VenueBar, terms: VenueTerms): PlainAccount {
  const { market } = terms;
  const { candle, barMs, timeExitsWait = false } = bar;
  const last = account.marks[market.symbol];
  if (last && candle.time <= last.time) return account;
  const before = openBook(account);
  before.timeExitsWait = timeExitsWait;
  plan(before, market.symbol, candle.time);
  const ready = sealBook(before);
  if (pendingOf(ready) !== null) return ready === account ? account : { ...ready, venue: account.venue };

  const step = onCandle(account.venue, bar, terms);
  const draft = openBook(ready);
  for (const fill of step.fills) takeFill(draft, fill, market);
  for (const order of step.changes) {
    if (!isLive(order)) takeEnd(draft, order.clientOrderId, order, candle.time);
  }
  takeCandle(draft, bar, market);
  plan(draft, market.symbol, candle.time + barMs);
  return withVenue(sealBook(draft, step.account.marks), step.account);
}

/**
 * Asks the venue for the first request that it does not know of, and decides what follows from its answer.
 * @param market of the request
 */
export function carryOut(account: PlainAccount, sent: SentOrder, market: Market): PlainAccount {
  const { clientOrderId: id, symbol, time } = sent;
  const draft = openBook(account);
  let { venue } = account;
  if (sent.status === 'sending') {
    const { orderId: _, attempt: __, status: ___, filledAmount: ____, time: _____, ...request } = sent;
    const answer = placeOrder(venue, request, market, time);
    venue = answer.account;
    if (isLive(answer.order)) putSent(draft, { ...sent, status: 'resting' });
    else takeEnd(draft, id, answer.order, time);
  } else {
    const answer = cancelOrder(venue, id, time);
    venue = answer.account;
    takeEnd(draft, id, answer.order ?? { state: 'cancelled' }, time);
  }
  plan(draft, symbol, time);
  return withVenue(sealBook(draft), venue);
}

/** What is over at the venue is in the book: the venue's side keeps only what may still fill. */
function withVenue(book: Book, venue: VenueAccount): PlainAccount {
  const open = Object.entries(venue.orders).filter(([, order]) => isLive(order));
  const { cash, writtenOff } = venue;
  return { ...book, cash, writtenOff, venue: { ...venue, orders: Object.fromEntries(open), fills: [] } };
}
