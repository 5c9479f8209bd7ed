import { type Market } from '../../market/market.ts';
import { endInDraft, openInDraft, putOrder } from '../paper-venue/draft.ts';
import { type VenueBar } from '../paper-venue/bar-step.ts';
import { movedStop } from '../paper-venue/legs.ts';
import { isReached, isTriggered, isUntriggered } from '../paper-venue/levels.ts';
import { isEntry, type LiveOrder } from '../paper-venue/venue-order.ts';
import { aliveIn, type BookDraft, isUnreported, putSent } from './book.ts';

/**
 * What the company sees in a closed candle, after the venue's fills in it: stops that the candle crossed and no fill has
 * closed, targets that it reached, how far trailing stops follow, and bars of holding times.
 */
export function takeCandle(draft: BookDraft, { candle, filled, barMs }: VenueBar, market: Market): void {
  const closedAt = candle.time + barMs;
  for (const sent of draft.sent.values()) {
    if (sent.symbol !== market.symbol || sent.refused !== true) continue;
    const { refused: _, ...rest } = sent;
    putSent(draft, rest);
  }
  const here = openInDraft(draft).filter(({ symbol }) => symbol === market.symbol);
  if (!filled) {
    for (const leg of here) {
      // A leg of an entry inside the bar sees only what comes after it.
      if (leg.parentId !== undefined && leg.readyAt <= candle.time) watchLeg(draft, leg, candle, market, closedAt);
    }
    endRests(draft, here, candle.time, closedAt);
  }
  for (const { clientOrderId } of here) {
    const order = draft.orders[clientOrderId] as LiveOrder;
    if (order.waitsBars) putOrder(draft, { ...order, waitsBars: order.waitsBars - 1, updatedAt: closedAt });
  }
}

function watchLeg(
  draft: BookDraft,
  leg: LiveOrder,
  candle: VenueBar['candle'],
  { tickSize }: Market,
  closedAt: number,
): void {
  if (leg.type === 'stop' && isUntriggered(leg)) {
    const moved = isTriggered(leg, candle)
      ? { ...leg, triggeredAt: closedAt, updatedAt: closedAt }
      : movedStop(leg, candle, tickSize, closedAt);
    if (moved) putOrder(draft, moved);
  } else if (leg.type === 'limit') {
    const { restsSince, ...waiting } = leg;
    // Reached now: its order is sent. Not reached again: the stop takes its place.
    if (isReached(leg, candle)) putOrder(draft, { ...leg, restsSince: candle.time });
    else if (restsSince !== undefined) putOrder(draft, waiting);
  }
}

/** Rule 24: what the bar left of an entry is cancelled at its close. The venue does not know that it is an entry. */
function endRests(draft: BookDraft, here: readonly LiveOrder[], openTime: number, closedAt: number): void {
  for (const entry of here) {
    if (!isEntry(entry) || entry.readyAt > openTime) continue;
    if (entry.state === 'open' && entry.type !== 'market') continue;
    // Its fills will end it.
    if (isUnreported(draft, entry.clientOrderId)) continue;
    const sent = aliveIn(draft).find(({ orderId }) => orderId === entry.clientOrderId);
    if (sent) putSent(draft, { ...sent, status: 'cancelling', ends: true, time: closedAt });
    else endInDraft(draft, entry, 'cancelled', 'the bar had no volume for more', closedAt);
  }
}
