import { decimal, ZERO } from '../money.ts';
import { heldAmount } from '../paper-venue/account.ts';
import { unfilledOf } from '../paper-venue/closing.ts';
import { openInDraft, putOrder } from '../paper-venue/draft.ts';
import { type BookDraft } from './book.ts';
import { type Share } from './wanted.ts';

/**
 * The stops of a share are for all of it. Fills that were reported late may have shrunk them too far: the newest one grows by
 * what no stop covers.
 */
export function cover(draft: BookDraft, share: Share, time: number): void {
  const held = heldAmount(draft.positions, share);
  const side = held > 0 ? 'sell' : 'buy';
  const stops = openInDraft(draft).filter(
    (order) =>
      order.purpose === 'stop' &&
      order.side === side &&
      order.symbol === share.symbol &&
      order.strategyHash === share.strategyHash,
  );
  const newest = stops.at(-1);
  if (!newest) return;
  const covered = stops.reduce((sum, stop) => sum.plus(unfilledOf(stop)), ZERO);
  const missing = decimal(held).abs().minus(covered);
  if (!missing.greaterThan(0)) return;
  putOrder(draft, { ...newest, amount: missing.plus(newest.amount).toNumber(), updatedAt: time });
}
