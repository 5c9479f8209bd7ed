import { type OrderRequest } from '../../orders/order-request.ts';
import { heldAmount } from '../paper-venue/account.ts';
import { type VenueTerms } from '../paper-venue/bar-step.ts';
import { endInDraft, rejectInDraft } from '../paper-venue/draft.ts';
import { bracketFault } from '../paper-venue/legs.ts';
import { submitOrder } from '../paper-venue/requests.ts';
import { isEntry, isLive, type VenueOrder } from '../paper-venue/venue-order.ts';
import { type Book, type BookDraft, isUnreported, openBook, sealBook } from './book.ts';
import { plan, sendWhole, withdraw } from './plan.ts';

export interface BookAnswer {
  readonly book: Book;
  readonly order: VenueOrder;
}

/**
 * Takes an order of the company at market time `time` (epoch ms). What no venue could know is objected to here: an entry
 * against the strategy's own share, a short on spot, a stop or target too near to the last price. An entry is sent as it is; a
 * closing order when the cancel of the stop has freed its base. An id that the book has changes nothing.
 */
export function takeRequest(
  book: Book,
  request: OrderRequest,
  terms: Pick<VenueTerms, 'market' | 'slippageRate'>,
  time: number,
): BookAnswer {
  const known = book.orders[request.clientOrderId];
  if (known) return { book, order: known };
  const { account, order } = submitOrder(book, request, terms.market, time);
  const draft = openBook({ ...book, ...account });
  if (order.state === 'open') {
    const fault = isEntry(order) ? entryFault(draft, order, terms) : null;
    if (fault !== null) rejectInDraft(draft, order, fault, time);
    else if (isEntry(order)) sendWhole(draft, order, time);
    else plan(draft, order.symbol, time);
  }
  return { book: sealBook(draft), order: draft.orders[order.clientOrderId]! };
}

function entryFault(
  { positions, account }: BookDraft,
  order: VenueOrder,
  { market, slippageRate }: Pick<VenueTerms, 'market' | 'slippageRate'>,
): string | null {
  const held = heldAmount(positions, order);
  if (order.side === 'buy' ? held < 0 : held > 0) return 'opposite-position';
  const price = ('price' in order ? order.price : undefined) ?? account.marks[order.symbol]?.close;
  return price === undefined ? null : bracketFault(order, price, market.tickSize, slippageRate);
}

/**
 * Cancels an order of the company. An entry or a closing order ends when the venue has answered; a leg ends at once, and the
 * position is then without it.
 */
export function takeCancel(book: Book, id: string, time: number): Book {
  const order = book.orders[id];
  if (!order || !isLive(order)) return book;
  const draft = openBook(book);
  // It is too late for an entry that has filled by the venue's word.
  if (isEntry(order) && isUnreported(draft, id)) return book;
  const isAtVenue = withdraw(draft, id, time);
  if (!isAtVenue || order.parentId !== undefined) endInDraft(draft, order, 'cancelled', 'cancelled on request', time);
  plan(draft, order.symbol, time);
  return sealBook(draft);
}
