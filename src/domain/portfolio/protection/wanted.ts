import { type Decimal, decimal, ZERO } from '../money.ts';
import { heldAmount } from '../paper-venue/account.ts';
import { unfilledOf } from '../paper-venue/closing.ts';
import { openInDraft } from '../paper-venue/draft.ts';
import { compareOrders, isEntry, type LiveOrder, type OrderTerms } from '../paper-venue/venue-order.ts';
import { type BookDraft } from './book.ts';

/** The share of one strategy in a market. */
export interface Share {
  readonly symbol: string;
  readonly strategyHash: string;
}

/** What should be at the venue for an order of the company. */
export interface Wanted {
  readonly order: LiveOrder;
  /** Base units. */
  readonly amount: number;
  readonly terms: OrderTerms;
}

const MARKET = { type: 'market' } as const;

/**
 * What should be at the venue to protect and close a share. All of it together is at most the share, because a venue holds
 * base for each sell: first stops that were crossed, then holding times that are over, then closing orders, then targets
 * that the last candle reached; the stop rests with what is left.
 */
export function wantedOf(draft: BookDraft, share: Share): readonly Wanted[] {
  const held = heldAmount(draft.positions, share);
  const live = openInDraft(draft).filter((order) => isOf(order, share) && !isEntry(order) && closes(order, held));
  let left = decimal(held).abs();
  /** Base units of each entry that its legs close already. */
  const taken = new Map<string, Decimal>();
  const wanted: Wanted[] = [];
  const take = (order: LiveOrder, terms: OrderTerms): void => {
    const own = order.parentId === undefined ? ZERO : (taken.get(order.parentId) ?? ZERO);
    // A target is for its part of the entry, the other legs are for all of it.
    const open = order.purpose === 'target' ? decimal(unfilledOf(order)) : decimal(unfilledOf(order)).minus(own);
    const amount = open.lessThan(left) ? open : left;
    if (!amount.greaterThan(0)) return;
    left = left.minus(amount);
    if (order.parentId !== undefined) taken.set(order.parentId, own.plus(amount));
    wanted.push({ order, amount: amount.toNumber(), terms });
  };
  const orders = live.toSorted(compareOrders);
  const isLeg = ({ parentId }: LiveOrder): boolean => parentId !== undefined;
  for (const order of orders)
    if (isLeg(order) && order.type === 'stop' && order.triggeredAt !== undefined) take(order, MARKET);
  for (const order of orders) if (isLeg(order) && order.type === 'market' && isDue(draft, order)) take(order, MARKET);
  for (const order of orders) if (!isLeg(order)) take(order, order);
  for (const order of orders)
    if (isLeg(order) && order.type === 'limit' && order.restsSince !== undefined)
      take(order, { type: 'limit', price: order.price });
  for (const order of orders) {
    // A stop at 0 can never be touched.
    if (isLeg(order) && order.type === 'stop' && order.triggeredAt === undefined && order.price > 0)
      take(order, { type: 'stop', price: order.price });
  }
  return wanted;
}

const isOf = (order: LiveOrder, { symbol, strategyHash }: Share): boolean =>
  order.symbol === symbol && order.strategyHash === strategyHash;

const closes = ({ side }: LiveOrder, held: number): boolean => (side === 'sell' ? held > 0 : held < 0);

/** A time exit whose bars are over; what buys back has no bars to wait for. */
const isDue = ({ timeExitsWait }: BookDraft, { waitsBars }: LiveOrder): boolean =>
  waitsBars === undefined || (waitsBars === 0 && !timeExitsWait);
