import { isLiveState } from '../paper-venue/venue-order.ts';
import { type Book, openBook, putSent, sealBook, type SentOrder } from './book.ts';
import { plan } from './plan.ts';
import { type RequestEnd, takeEnd } from './take-end.ts';

/**
 * Takes the venue's answer to a request that was pending, and decides what follows from it.
 * @param answer null when the venue does not know the order
 */
export function takeAnswer(book: Book, asked: SentOrder, answer: RequestEnd | null): Book {
  const { clientOrderId: id, symbol, time } = asked;
  const draft = openBook(book);
  const sent = draft.sent.get(id);
  // Somebody else may have taken the answer, or decided to cancel the order meanwhile.
  if (!sent || sent.status === 'ended') return book;
  const isOpen = answer !== null && isLiveState(answer.state);
  if (isOpen && sent.status === 'sending') putSent(draft, { ...sent, status: 'resting' });
  else if (!isOpen) takeEnd(draft, id, answer ?? { state: 'cancelled' }, time);
  plan(draft, symbol, time);
  return sealBook(draft);
}
