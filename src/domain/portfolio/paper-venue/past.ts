import { type VenueAccount, type VenueFill } from './account.ts';
import { isLive, type VenueOrder } from './venue-order.ts';

/** Closed groups of orders, and fills, that stay in an account when older ones are moved out. */
const KEPT = 20;
/** They are moved out together, once there are this many. */
const MOVED_AT = 40;

/** What is over: an entry with its legs, all closed, and fills. Nothing of it changes any more. */
export interface Past {
  readonly orders: readonly VenueOrder[];
  readonly fills: readonly VenueFill[];
}

export interface Moved<A extends VenueAccount> {
  readonly account: A;
  readonly past: Past;
}

const NONE: ReadonlySet<string> = new Set();

const groupOf = ({ parentId, clientOrderId }: VenueOrder): string => parentId ?? clientOrderId;

/** Ids of the groups that are closed as a whole, the one that closed first comes first. */
function closedGroups(orders: readonly VenueOrder[], needed: ReadonlySet<string>): readonly string[] {
  const open = new Set<string>();
  const closedAt = new Map<string, number>();
  for (const order of orders) {
    const group = groupOf(order);
    if (isLive(order) || needed.has(order.clientOrderId)) open.add(group);
    closedAt.set(group, Math.max(order.updatedAt, closedAt.get(group) ?? -Infinity));
  }
  return [...closedAt]
    .filter(([group]) => !open.has(group))
    .toSorted(([, a], [, b]) => a - b)
    .map(([group]) => group);
}

/**
 * Moves old closed orders and old fills out of `next`, so that the stored account does not grow. Only what is over in
 * `stored` already: whoever stores the past before the account then stores nothing that may not have happened. Groups
 * move as a whole, so that an account with an entry has its legs too.
 * @param needed ids of closed orders that stay: a venue may still fill what was sent for them
 */
export function movePast<A extends VenueAccount>(
  stored: VenueAccount,
  next: A,
  needed: ReadonlySet<string> = NONE,
): Moved<A> {
  const old = Object.values(stored.orders).filter(({ clientOrderId }) => next.orders[clientOrderId] !== undefined);
  const closed = old.length > MOVED_AT ? closedGroups(old, needed) : [];
  const moved = closed.length > MOVED_AT ? new Set(closed.slice(0, -KEPT)) : null;
  const fills = stored.fills.length > MOVED_AT ? stored.fills.slice(0, -KEPT) : [];
  if (!moved && fills.length === 0) return { account: next, past: { orders: [], fills: [] } };
  const isPast = (order: VenueOrder): boolean => moved?.has(groupOf(order)) === true;
  const orders = moved ? old.filter(isPast) : [];
  const kept = moved ? Object.entries(next.orders).filter(([, order]) => !isPast(order)) : null;
  return {
    account: {
      ...next,
      ...(kept && { orders: Object.fromEntries(kept) }),
      fills: next.fills.slice(fills.length),
    },
    past: { orders, fills },
  };
}
