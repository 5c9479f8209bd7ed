import { attemptOrderId } from '../../orders/client-order-id.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { type VenueAccount } from '../paper-venue/account.ts';
import { type ForeignFill, type Irregularities } from '../irregularities.ts';
import { type Draft, draftOf, seal } from '../paper-venue/draft.ts';
import { isLive, type VenueOrder } from '../paper-venue/venue-order.ts';

/*
 * What the company knows of its account at a venue without strategies and brackets: orders with their legs, and the shares
 * of the strategies in the position of each market. The form is that of an account of the paper venue with brackets, so
 * that whoever reads one reads both.
 */

/** A request to the venue that carries out an order of the company, or a part of it. */
export interface SentOrder extends Omit<OrderRequest, 'account' | 'strategyHash' | 'purpose' | 'bracket'> {
  /** Order of the company that it carries out: an entry, a closing order or a leg. */
  readonly orderId: string;
  /** Number of the request among those of the order, from 1. */
  readonly attempt: number;
  /**
   * `sending` and `cancelling` are written before the venue is asked, so that a process that follows can ask it again;
   * of an order's `ended` ones only the last is kept.
   */
  readonly status: 'sending' | 'resting' | 'cancelling' | 'ended';
  readonly filledAmount: number;
  /** Market time of the last decision about it, epoch ms. */
  readonly time: number;
  /** Somebody asked for the cancel: the order of the company ends with it. */
  readonly ends?: true;
  /** The venue ended it by itself. Nothing else is sent for the order before the next candle. */
  readonly refused?: true;
}

/** All of them, and the last one. */
export interface ForeignFills {
  readonly count: number;
  readonly last: ForeignFill;
}

export interface Book extends VenueAccount {
  /** In order of their first sending. */
  readonly sent: readonly SentOrder[];
  /** Trading is HALTED: exits at the end of a holding time wait. */
  readonly timeExitsWait: boolean;
  /** Number of times that more was closed than a strategy held, because a cancel had crossed a fill. */
  readonly closedTwice: number;
  /** Absent before the first. */
  readonly foreign?: ForeignFills;
}

/** Mutable copy of a book while one event is processed. */
export interface BookDraft extends Draft {
  readonly account: Book;
  readonly sent: Map<string, SentOrder>;
  timeExitsWait: boolean;
  closedTwice: number;
  foreign: ForeignFills | undefined;
}

export function openBook(book: Book): BookDraft {
  const { timeExitsWait, closedTwice, foreign } = book;
  const sent = new Map(book.sent.map((order) => [order.clientOrderId, order]));
  return { ...draftOf(book), account: book, sent, timeExitsWait, closedTwice, foreign };
}

/** The book after the event; the same object when nothing has changed. */
export function sealBook(draft: BookDraft, marks: VenueAccount['marks'] = draft.account.marks): Book {
  const { account } = seal(draft, marks);
  const { account: before, timeExitsWait, closedTwice, foreign } = draft;
  const sent = keptOf(draft);
  const isSame =
    account === before &&
    timeExitsWait === before.timeExitsWait &&
    foreign === before.foreign &&
    sent.length === before.sent.length &&
    sent.every((order, i) => order === before.sent[i]);
  if (isSame) return before;
  return {
    ...before,
    ...account,
    // A foreign fill changes no order.
    cash: draft.cash.toString(),
    sent,
    timeExitsWait,
    closedTwice,
    ...(foreign && { foreign }),
  };
}

/**
 * Of the requests that have ended only the last of an order is kept: it says how many there were, and so the ids of all
 * (`orderOfRequest`). An order that is over and had one request has its id.
 */
function keptOf({ sent, orders }: BookDraft): readonly SentOrder[] {
  const all = [...sent.values()];
  const newest = new Map<string, number>();
  for (const { orderId, attempt } of all) newest.set(orderId, attempt);
  return all.filter(({ status, orderId, attempt }) => {
    if (status !== 'ended') return true;
    const order = orders[orderId];
    return order !== undefined && attempt === newest.get(orderId) && (attempt > 1 || isLive(order));
  });
}

/** The order that a request with this id carries out or carried out; null when the book has none. */
export function orderOfRequest({ sent, orders }: BookDraft, id: string): VenueOrder | null {
  const known = sent.get(id);
  if (known) return orders[known.orderId] ?? null;
  const attempts = new Map([...sent.values()].map(({ orderId, attempt }) => [orderId, attempt]));
  for (const order of Object.values(orders)) {
    const { clientOrderId } = order;
    const last = attempts.get(clientOrderId) ?? 1;
    for (let attempt = last; attempt >= 1; attempt -= 1)
      if (attemptOrderId(clientOrderId, attempt) === id) return order;
  }
  return null;
}

/** Requests that may still fill. */
export const aliveIn = ({ sent }: Pick<BookDraft, 'sent'>): readonly SentOrder[] =>
  [...sent.values()].filter(({ status }) => status !== 'ended');

export function putSent(draft: BookDraft, order: SentOrder): void {
  draft.sent.set(order.clientOrderId, order);
}

/** The first request of which the venue does not know yet; null when it knows all. */
export const pendingOf = ({ sent }: Book): SentOrder | null =>
  sent.find(({ status }) => status === 'sending' || status === 'cancelling') ?? null;

export const irregularitiesOf = ({ closedTwice, foreign }: Book): Irregularities => ({
  closedTwice,
  foreignFills: foreign?.count ?? 0,
  ...(foreign && { lastForeign: foreign.last }),
});
