import { type Market } from '../../market/market.ts';
import { type VenueBar } from '../paper-venue/bar-step.ts';
import { type Book, openBook, orderOfRequest, putSent, sealBook, type SentOrder } from './book.ts';
import { plan } from './plan.ts';
import { takeCandle } from './take-candle.ts';
import { type RequestEnd, takeEnd } from './take-end.ts';
import { countTrades, type MarketOf, type Trade } from './take-trades.ts';

/** A closed candle of a market that the book has not taken. */
export interface ClosedBar {
  readonly bar: VenueBar;
  readonly market: Market;
}

/** Decides anew what these candles must find at the venue: holding times wait while trading is HALTED. */
export function beforeCandles(book: Book, bars: readonly ClosedBar[], timeExitsWait: boolean): Book {
  const draft = openBook(book);
  draft.timeExitsWait = timeExitsWait;
  for (const { bar, market } of bars) plan(draft, market.symbol, bar.candle.time);
  return sealBook(draft);
}

/** A request that the venue has open. */
export type OpenRequest = Pick<SentOrder, 'clientOrderId' | 'symbol' | 'side' | 'type' | 'amount' | 'filledAmount'>;

/** What the venue says after candles. */
export interface Seen {
  readonly trades: readonly Trade[];
  /** Requests that may fill by the book, and that the venue has ended, or does not know (null). */
  readonly ended: readonly { readonly id: string; readonly report: RequestEnd | null }[];
  /** Requests of the company that the venue has open after all, although they had ended in the book. */
  readonly risen: readonly OpenRequest[];
  readonly cash: number;
  readonly writtenOff: number;
}

/** The book after candles: first what the venue says, then what the company sees in them. */
export function afterCandles(book: Book, bars: readonly ClosedBar[], seen: Seen, marketOf: MarketOf): Book {
  const draft = openBook(book);
  const [first] = bars;
  const closedAt = first!.bar.candle.time + first!.bar.barMs;
  const symbols = new Set(bars.map(({ market }) => market.symbol));
  countTrades(draft, seen.trades, marketOf);
  for (const { symbol } of seen.trades) symbols.add(symbol);
  for (const { id, report } of seen.ended) {
    const sent = draft.sent.get(id);
    if (!sent) continue;
    symbols.add(sent.symbol);
    takeEnd(draft, id, report ?? { state: 'cancelled', reason: 'the venue does not know it' }, closedAt);
  }
  for (const { clientOrderId: id, symbol, side, type, amount, filledAmount } of seen.risen) {
    const sent = draft.sent.get(id);
    if (sent && sent.status !== 'ended') continue;
    const of = orderOfRequest({ ...draft, sent: [...draft.sent.values()] }, id);
    if (!of) continue;
    const forgotten = { clientOrderId: id, orderId: of.order.clientOrderId, attempt: of.attempt };
    const request = sent ?? { ...forgotten, symbol, side, type, amount, filledAmount };
    putSent(draft, { ...request, status: 'cancelling', time: closedAt });
  }
  for (const { bar, market } of bars) takeCandle(draft, bar, market);
  for (const symbol of symbols) plan(draft, symbol, closedAt);
  const marks = { ...book.marks };
  for (const { bar, market } of bars) marks[market.symbol] = { time: bar.candle.time, close: bar.candle.close };
  const sealed = sealBook(draft, marks);
  return { ...sealed, cash: String(seen.cash), writtenOff: String(seen.writtenOff) };
}

/** Requests that may fill by the book; those that would open are waited for until the candle after their decision. */
export const mayFillIn = ({ sent }: Pick<Book, 'sent'>, until: number): readonly SentOrder[] =>
  sent.filter(
    ({ status, time }) => status === 'resting' || status === 'cancelling' || (status === 'sending' && time <= until),
  );
