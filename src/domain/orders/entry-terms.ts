import { type Market } from '../market/market.ts';
import { roundAgainstUs } from '../market/rounding.ts';
import { type OrderSide } from '../market/side.ts';

/** How the company sends entries. */
export interface EntryExecution {
  readonly type: 'market' | 'limit';
  /** Distance of a limit from the last price on the side that is better for us, fraction of it. */
  readonly offset: number;
  /** A limit that would fill on its arrival is rejected by the venue. */
  readonly postOnly: boolean;
  /** Candles of its timeframe that a limit may rest; what is left then is cancelled. */
  readonly waitBars: number;
  /** Times that an entry of which nothing was filled is asked for again, at a new price. */
  readonly replacements: number;
}

/** What an entry asks of the venue besides side and amount. */
export type EntryTerms =
  | { readonly type: 'market' }
  | { readonly type: 'limit'; readonly price: number; readonly postOnly: boolean; readonly waitBars: number };

/** Terms of an entry after a last price. A limit is rounded to the tick in our favour: it is the worst price that is asked for. */
export function entryTerms(
  side: OrderSide,
  lastPrice: number,
  { tickSize }: Pick<Market, 'tickSize'>,
  { type, offset, postOnly, waitBars }: EntryExecution,
): EntryTerms {
  if (type === 'market') return { type };
  const wanted = lastPrice * (side === 'buy' ? 1 - offset : 1 + offset);
  return { type, price: roundAgainstUs(wanted, tickSize, side === 'buy' ? 'sell' : 'buy'), postOnly, waitBars };
}
