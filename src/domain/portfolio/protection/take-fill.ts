import { type Market } from '../../market/market.ts';
import { legOrderId } from '../../orders/client-order-id.ts';
import { decimal } from '../money.ts';
import { heldAmount, type VenueFill } from '../paper-venue/account.ts';
import { causeOf, settleOthers } from '../paper-venue/closing.ts';
import { openInDraft, putOrder, recordFill } from '../paper-venue/draft.ts';
import { legsOf } from '../paper-venue/legs.ts';
import { closingOrder } from '../paper-venue/liquidation.ts';
import { isEntry, isLive, type VenueOrder } from '../paper-venue/venue-order.ts';
import { type BookDraft, orderOfRequest, putSent } from './book.ts';

type FilledAtVenue = Pick<
  VenueFill,
  'clientOrderId' | 'symbol' | 'side' | 'amount' | 'price' | 'fee' | 'time' | 'cause' | 'touch'
>;
type Recordable = Exclude<VenueOrder, { readonly state: 'rejected' }>;

/**
 * Counts a fill of the venue to the order that its client order id carries out, and so to the share of one strategy. A fill
 * of an entry makes its legs or lets them grow; one that closes lets the others shrink. Whatever arrives late is counted; what
 * belongs to no order is foreign.
 */
export function takeFill(draft: BookDraft, fill: FilledAtVenue, market: Market): void {
  if (fill.cause === 'liquidation') {
    liquidateShares(draft, fill);
    return;
  }
  const order = orderOfRequest({ ...draft, sent: [...draft.sent.values()] }, fill.clientOrderId)?.order;
  if (!order || order.state === 'rejected') {
    takeForeign(draft, fill);
    return;
  }
  const sent = draft.sent.get(fill.clientOrderId);
  if (sent) {
    const filledAmount = decimal(sent.filledAmount).plus(fill.amount).toNumber();
    putSent(draft, { ...sent, filledAmount, status: filledAmount < sent.amount ? sent.status : 'ended' });
  }
  const { amount, price, fee, time, touch } = fill;
  const cause = isEntry(order) ? 'entry' : causeOf(order);
  // The venue does not know of targets, so that no bar leaves open which of both it met first.
  recordFill(draft, roomFor(draft, order, amount), {
    amount,
    price,
    fee,
    time,
    cause,
    ambiguous: false,
    ...(touch && { touch }),
  });
  if (isEntry(order)) protect(draft, order.clientOrderId, fill, market);
  else settle(draft, order, time);
}

/** The venue has it, so its cash counts: the books differ until a person has explained it (M5). */
function takeForeign(draft: BookDraft, { clientOrderId, symbol, side, amount, price, fee, time }: FilledAtVenue): void {
  const notional = decimal(amount).times(price);
  draft.cash = draft.cash.plus(side === 'buy' ? notional.negated() : notional).minus(fee);
  draft.foreign = {
    count: (draft.foreign?.count ?? 0) + 1,
    last: { clientOrderId, symbol, side, amount, price, time },
  };
}

/** Other orders of the share shrink, or end. What buys back closes nothing of its entry. */
function settle(draft: BookDraft, order: VenueOrder, time: number): void {
  const { parentId, ...single } = order;
  const isBuyBack = parentId !== undefined && draft.orders[parentId]?.side === order.side;
  settleOthers(draft, isBuyBack ? single : order, time);
}

/** An order of the company is for what it fills: it grows by what is closed twice, and ends when nothing is left to close. */
function roomFor({ positions }: BookDraft, order: Recordable, amount: number): Recordable {
  if (!isLive(order)) return order;
  const filled = decimal(order.filledAmount).plus(amount).toNumber();
  const isClosed = !isEntry(order) && decimal(heldAmount(positions, order)).abs().equals(amount);
  return { ...order, amount: isClosed ? filled : Math.max(order.amount, filled) };
}

/** Legs for a fill of an entry, of which there may be several. */
function protect(draft: BookDraft, entryId: string, fill: FilledAtVenue, market: Market): void {
  const entry = draft.orders[entryId]!;
  const legs = openInDraft(draft).filter(({ parentId }) => parentId === entryId);
  if (!legs.some(({ purpose }) => purpose === 'stop')) {
    const isFirst = draft.orders[legOrderId(entryId, 'stop')] === undefined;
    // The stop of an earlier part has been filled: what comes now is protected by another one, and needs no targets.
    const made = legsOf(entry, fill, market).filter(({ purpose }) => isFirst || purpose === 'stop');
    for (const leg of made) putOrder(draft, { ...leg, clientOrderId: unusedId(draft, leg.clientOrderId) });
    return;
  }
  const lastTarget = legs.findLast(({ purpose }) => purpose === 'target');
  for (const leg of legs) {
    if (leg.purpose === 'target' && leg !== lastTarget) continue;
    putOrder(draft, { ...leg, amount: decimal(leg.amount).plus(fill.amount).toNumber(), updatedAt: fill.time });
  }
}

/** The id, or with a number where another leg had it. */
function unusedId({ orders }: BookDraft, id: string): string {
  let unused = id;
  for (let number = 2; orders[unused] !== undefined; number += 1) unused = `${id}${number}`;
  return unused;
}

/**
 * The venue has closed the position of a market because the account is insolvent. Every share of it is closed at that price:
 * longs and shorts meet there, and what is left between them is what the venue has closed.
 */
function liquidateShares(draft: BookDraft, { symbol, price, time }: FilledAtVenue): void {
  for (const share of Object.values(draft.positions)) {
    if (share.symbol !== symbol) continue;
    const order = closingOrder(draft, share, time);
    const amount = Math.abs(share.amount);
    const whole = decimal(order.filledAmount).plus(amount).toNumber();
    recordFill(
      draft,
      { ...order, amount: whole },
      { amount, price, fee: 0, time, cause: 'liquidation', ambiguous: false },
    );
    settleOthers(draft, order, time);
  }
}
