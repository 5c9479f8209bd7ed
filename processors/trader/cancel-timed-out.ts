import { type Order } from '../../src/domain/orders/order.ts';
import { cancelChosen } from './cancel-orders.ts';
import { type TakeDeps } from './take-fills.ts';
import { type TakenOver } from './take-over.ts';

const rests = ({ state }: Order): boolean => state === 'open' || state === 'partially-filled';

/**
 * Cancels what is left of entries by limit that have rested for as long as they may. What was filled stays. The row says so
 * before the venue is asked: a cancel that was asked for and not answered is asked for again with the next candle.
 * @param orders that may still change
 * @param now market time, epoch ms
 * @returns what the ledger has taken over afterwards; null when there was nothing to cancel
 * @throws AppError `not-cancelled`, retryable
 */
export async function cancelTimedOut(
  deps: TakeDeps,
  account: string,
  orders: readonly Order[],
  now: number,
): Promise<TakenOver | null> {
  const { stores, clock } = deps;
  const due = orders.filter((order) => rests(order) && order.expiresAt !== undefined && order.expiresAt <= now);
  if (due.length === 0) return null;
  for (const { clientOrderId: id, state, symbol, price, amount, filledAmount, createdAt } of due) {
    await stores.orders.transition(account, id, [state], state, { timedOutAt: now, updatedAt: now });
    await stores.audit.append({
      key: `timed-out/${account}/${id}`,
      actor: 'trader',
      action: 'cancel-timed-out',
      subject: id,
      at: clock.now(),
      data: { account, symbol, price, amount, filledAmount, since: createdAt, time: now },
    });
  }
  const { taken } = await cancelChosen(deps, account, due);
  return taken;
}
