import { type OrderState } from '../../orders/order.ts';
import { endInDraft, rejectInDraft } from '../paper-venue/draft.ts';
import { isLive } from '../paper-venue/venue-order.ts';
import { type BookDraft, putSent } from './book.ts';

/** How a request ended at the venue. */
export interface RequestEnd {
  readonly state: OrderState;
  readonly reason?: string;
  /** Base units that it has filled in all, as far as the venue says so. */
  readonly filledAmount?: number;
}

/**
 * The venue has ended a request, or does not know it. Where the company only wanted to replace it, nothing else ends. An entry
 * or a closing order ends with its request; a leg does not, because the position still needs it: with the next candle the
 * software stop acts, or the leg is sent again.
 */
export function takeEnd(
  draft: BookDraft,
  id: string,
  { state, reason = state, filledAmount = 0 }: RequestEnd,
  time: number,
): void {
  const sent = draft.sent.get(id);
  if (!sent || sent.status === 'ended') return;
  const ended = {
    ...sent,
    status: 'ended' as const,
    ...(filledAmount > sent.filledAmount && { toldAmount: filledAmount }),
  };
  if (state === 'filled') {
    putSent(draft, ended);
    return;
  }
  const isAsked = sent.status === 'cancelling';
  putSent(draft, { ...ended, ...(!isAsked && { refused: true }) });
  const order = draft.orders[sent.orderId];
  if (!order || !isLive(order) || order.parentId !== undefined || (isAsked && sent.ends !== true)) return;
  // What filled of an earlier request may not have been reported yet.
  const isUnfilled = order.state === 'open' && sent.attempt === 1;
  if (state === 'rejected' && isUnfilled) rejectInDraft(draft, order, reason, time);
  else endInDraft(draft, order, state === 'expired' ? 'expired' : 'cancelled', reason, time);
}
