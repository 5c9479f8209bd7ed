import { type Market } from '../../market/market.ts';
import { type VenueFill } from '../paper-venue/account.ts';
import { type Book, type BookDraft, openBook, sealBook } from './book.ts';
import { plan } from './plan.ts';
import { takeFill } from './take-fill.ts';

/** A fill as the venue reports it. */
export interface Trade extends Pick<
  VenueFill,
  'id' | 'clientOrderId' | 'symbol' | 'side' | 'amount' | 'price' | 'fee' | 'time'
> {
  readonly touch?: true;
  readonly isLiquidation?: true;
}

export type MarketOf = (symbol: string) => Market;

/** Counts the fills after the last counted one. */
export function countTrades(draft: BookDraft, trades: readonly Trade[], marketOf: MarketOf): void {
  for (const { id, isLiquidation, touch, ...trade } of trades) {
    draft.readTo = id;
    // What a fill was for is what its order was for.
    const cause = isLiquidation === true ? 'liquidation' : 'signal';
    takeFill(draft, { ...trade, cause, ...(touch && { touch }) }, marketOf(trade.symbol));
  }
}

/** The book after these fills, with what is to be asked for because of them. */
export function takeTrades(book: Book, trades: readonly Trade[], marketOf: MarketOf): Book {
  const draft = openBook(book);
  countTrades(draft, trades, marketOf);
  for (const { symbol, time } of trades) plan(draft, symbol, time);
  return sealBook(draft);
}
