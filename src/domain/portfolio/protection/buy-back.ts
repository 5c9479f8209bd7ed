import { legOrderId } from '../../orders/client-order-id.ts';
import { decimal } from '../money.ts';
import { heldAmount } from '../paper-venue/account.ts';
import { unfilledOf } from '../paper-venue/closing.ts';
import { openInDraft, putOrder } from '../paper-venue/draft.ts';
import { isEntry, newAt, type VenueOrder } from '../paper-venue/venue-order.ts';
import { type BookDraft } from './book.ts';
import { type Share } from './wanted.ts';

/**
 * Where a cancel has crossed a fill, more may have been closed than the strategy held: its share then has the other sign than
 * its last entry. That much is traded back at the market, by a leg of that entry. Buying back may cross a fill too: what is
 * then held again has no stop, and is closed in the same way.
 */
export function buyBack(draft: BookDraft, share: Share, time: number): void {
  const held = heldAmount(draft.positions, share);
  const entry = held === 0 ? null : lastEntry(draft, share);
  if (!entry) return;
  const { clientOrderId: parentId, strategyHash, symbol } = entry;
  const side = held > 0 ? 'sell' : 'buy';
  const closing = openInDraft(draft).filter(
    (order) => !isEntry(order) && order.side === side && order.symbol === symbol && order.strategyHash === strategyHash,
  );
  const isTurned = entry.side === side;
  const wasBoughtBack = draft.orders[legOrderId(parentId, 'buy-back')] !== undefined;
  if (!isTurned && !wasBoughtBack) return;
  const missing = closing.reduce((left, order) => left.minus(unfilledOf(order)), decimal(held).abs());
  // Stops that are left cover the share: cover().
  if (!missing.greaterThan(0) || closing.some(({ purpose }) => purpose === 'stop')) return;
  const known = closing.find((order) => order.parentId === parentId && order.waitsBars === undefined);
  if (known?.type === 'market') {
    putOrder(draft, { ...known, amount: missing.plus(known.amount).toNumber(), updatedAt: time });
    return;
  }
  const amount = missing.toNumber();
  if (isTurned) draft.closedTwice += 1;
  putOrder(draft, {
    clientOrderId: unusedLegId(draft, parentId),
    strategyHash,
    symbol,
    side,
    type: 'market',
    purpose: 'exit',
    amount,
    parentId,
    state: 'open',
    ...newAt(time),
  });
}

function lastEntry({ orders }: BookDraft, { symbol, strategyHash }: Share): VenueOrder | null {
  const entries = Object.values(orders).filter(
    (order) =>
      isEntry(order) && order.symbol === symbol && order.strategyHash === strategyHash && order.filledAmount > 0,
  );
  return entries.toSorted((a, b) => a.createdAt - b.createdAt).at(-1) ?? null;
}

function unusedLegId({ orders }: BookDraft, entryId: string): string {
  let id = legOrderId(entryId, 'buy-back');
  for (let number = 2; orders[id] !== undefined; number += 1) id = legOrderId(entryId, 'buy-back', number);
  return id;
}
