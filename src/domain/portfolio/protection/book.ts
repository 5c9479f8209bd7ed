import { type OrderRequest } from '../../orders/order-request.ts';
import { type VenueAccount } from '../paper-venue/account.ts';
import { type Draft, draftOf, seal } from '../paper-venue/draft.ts';
import { isLive } from '../paper-venue/venue-order.ts';

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
   * `ended` is kept for fills that are reported late.
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

export interface Book extends VenueAccount {
  /** In order of their first sending. */
  readonly sent: readonly SentOrder[];
  /** Trading is HALTED: exits at the end of a holding time wait. */
  readonly timeExitsWait: boolean;
  /** Number of times that more was closed than a strategy held, because a cancel had crossed a fill. */
  readonly closedTwice: number;
}

/** Mutable copy of a book while one event is processed. */
export interface BookDraft extends Draft {
  readonly account: Book;
  readonly sent: Map<string, SentOrder>;
  timeExitsWait: boolean;
  closedTwice: number;
}

export function openBook(book: Book): BookDraft {
  const { timeExitsWait, closedTwice } = book;
  const sent = new Map(book.sent.map((order) => [order.clientOrderId, order]));
  return { ...draftOf(book), account: book, sent, timeExitsWait, closedTwice };
}

/** Ended requests of a live order, and of all orders that are over, that are kept for late fills. */
const KEPT = 30;
const KEPT_OF_OVER = 60;

/** The book after the event; the same object when nothing has changed. */
export function sealBook(draft: BookDraft, marks: VenueAccount['marks'] = draft.account.marks): Book {
  const { account } = seal(draft, marks);
  const { account: before, timeExitsWait, closedTwice } = draft;
  const sent = keptOf(draft);
  const isSame =
    account === before &&
    timeExitsWait === before.timeExitsWait &&
    sent.length === before.sent.length &&
    sent.every((order, i) => order === before.sent[i]);
  return isSame ? before : { ...before, ...account, sent, timeExitsWait, closedTwice };
}

function keptOf({ sent, orders }: BookDraft): readonly SentOrder[] {
  const all = [...sent.values()];
  const newest = new Map<string, number>();
  for (const { orderId, attempt } of all) newest.set(orderId, attempt);
  const isOver = ({ orderId }: SentOrder): boolean => {
    const order = orders[orderId];
    return !order || !isLive(order);
  };
  const over = all.filter((order) => order.status === 'ended' && isOver(order)).slice(0, -KEPT_OF_OVER);
  const dropped = new Set(over);
  return all.filter(
    (order) => order.status !== 'ended' || (!dropped.has(order) && order.attempt > newest.get(order.orderId)! - KEPT),
  );
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
