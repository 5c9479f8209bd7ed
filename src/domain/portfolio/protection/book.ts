import { attemptOrderId } from '../../orders/client-order-id.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { type ForeignFill, type Irregularities } from '../irregularities.ts';
import { decimal } from '../money.ts';
import { openAccount, type VenueAccount } from '../paper-venue/account.ts';
import { type Draft, draftOf, seal } from '../paper-venue/draft.ts';
import { isEntry, isLive, type VenueOrder } from '../paper-venue/venue-order.ts';

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
   * of an order's `ended` ones only the last is kept, and those of which fills are still to be reported.
   */
  readonly status: 'sending' | 'resting' | 'cancelling' | 'ended';
  readonly filledAmount: number;
  /** What the venue said at its end that it had filled, where that is more: those fills are still to be reported. */
  readonly toldAmount?: number;
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
  /** Id of the venue's last fill that was counted; null before the first. */
  readonly readTo: string | null;
}

/** A book without orders. @param cash in quote currency @throws AppError `internal` unless it is above zero */
export const newBook = (account: string, cash: number | string, quote: string): Book => ({
  ...openAccount(account, cash, quote),
  sent: [],
  timeExitsWait: false,
  closedTwice: 0,
  readTo: null,
});

export const isBook = (account: VenueAccount): account is Book => 'sent' in account;

/** Mutable copy of a book while one event is processed. */
export interface BookDraft extends Draft {
  readonly account: Book;
  readonly sent: Map<string, SentOrder>;
  timeExitsWait: boolean;
  closedTwice: number;
  foreign: ForeignFills | undefined;
  readTo: string | null;
}

export function openBook(book: Book): BookDraft {
  const { timeExitsWait, closedTwice, foreign, readTo } = book;
  const sent = new Map(book.sent.map((order) => [order.clientOrderId, order]));
  return { ...draftOf(book), account: book, sent, timeExitsWait, closedTwice, foreign, readTo };
}

/** The book after the event; the same object when nothing has changed. */
export function sealBook(draft: BookDraft, marks: VenueAccount['marks'] = draft.account.marks): Book {
  const { account } = seal(draft, marks);
  const { account: before, timeExitsWait, closedTwice, foreign, readTo } = draft;
  const sent = keptOf(draft);
  const isSame =
    account === before &&
    timeExitsWait === before.timeExitsWait &&
    foreign === before.foreign &&
    readTo === before.readTo &&
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
    readTo,
    ...(foreign && { foreign }),
  };
}

/**
 * Of the requests that have ended, and whose fills were all reported, only the last of an order is kept: it says how many there
 * were, and so the ids of all (`orderOfRequest`). An order that is over and had one request has its id.
 */
function keptOf({ sent, orders }: BookDraft): readonly SentOrder[] {
  const all = [...sent.values()];
  const newest = attemptsIn(all);
  return all.filter((request) => {
    const { status, orderId, attempt } = request;
    if (status !== 'ended' || unreportedOf(request) > 0) return true;
    const order = orders[orderId];
    return order !== undefined && attempt === newest.get(orderId) && (attempt > 1 || isLive(order));
  });
}

/** Number of the last request of each order. */
function attemptsIn(requests: readonly SentOrder[]): ReadonlyMap<string, number> {
  const attempts = new Map<string, number>();
  for (const { orderId, attempt } of requests)
    attempts.set(orderId, Math.max(attempt, attempts.get(orderId) ?? attempt));
  return attempts;
}

/** The order that a request with this id carries out or carried out, and its number; null when the book has none. */
export function orderOfRequest(
  { sent, orders }: { readonly sent: readonly SentOrder[]; readonly orders: Book['orders'] },
  id: string,
): { readonly order: VenueOrder; readonly attempt: number } | null {
  const known = sent.find(({ clientOrderId }) => clientOrderId === id);
  if (known) {
    const order = orders[known.orderId];
    return order ? { order, attempt: known.attempt } : null;
  }
  const attempts = attemptsIn(sent);
  for (const order of Object.values(orders)) {
    const { clientOrderId } = order;
    for (let attempt = attempts.get(clientOrderId) ?? 1; attempt >= 1; attempt -= 1)
      if (attemptOrderId(clientOrderId, attempt) === id) return { order, attempt };
  }
  return null;
}

/** Orders for which the venue may still fill something that it was sent. */
export const mayStillFill = ({ sent }: Pick<Book, 'sent'>): ReadonlySet<string> =>
  new Set(
    sent.filter((request) => request.status !== 'ended' || unreportedOf(request) > 0).map(({ orderId }) => orderId),
  );

/** What an ended request has filled by the venue's word, and no fill of the venue has shown yet; base units. */
export const unreportedOf = ({ toldAmount, filledAmount }: SentOrder): number =>
  toldAmount !== undefined && toldAmount > filledAmount ? decimal(toldAmount).minus(filledAmount).toNumber() : 0;

/** Requests that may still fill. */
export const aliveOf = ({ sent }: Pick<Book, 'sent'>): readonly SentOrder[] =>
  sent.filter(({ status }) => status !== 'ended');

export const aliveIn = ({ sent }: Pick<BookDraft, 'sent'>): readonly SentOrder[] => aliveOf({ sent: [...sent.values()] });

export function putSent(draft: BookDraft, order: SentOrder): void {
  draft.sent.set(order.clientOrderId, order);
}

/** Requests of which the venue does not know yet. */
export const pendingIn = ({ sent }: Pick<Book, 'sent'>): readonly SentOrder[] =>
  sent.filter(({ status }) => status === 'sending' || status === 'cancelling');

/** Whether the request would send an entry: only whoever has just checked that it may be opened sends it. */
export function opens({ orders }: Pick<Book, 'orders'>, { orderId, status }: SentOrder): boolean {
  const order = orders[orderId];
  return status === 'sending' && order !== undefined && isEntry(order);
}

export const irregularitiesOf = ({ closedTwice, foreign }: Book): Irregularities => ({
  closedTwice,
  foreignFills: foreign?.count ?? 0,
  ...(foreign && { lastForeign: foreign.last }),
});
