import { type BookMark } from '../../src/domain/portfolio/books.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { cancelOrders, reportCrossing } from './cancel-orders.ts';
import { compareBooks } from './compare-books.ts';
import { syncOrders, unendedOrders } from './ledger-sync.ts';
import { mayBeUnsent, placeApproved, resolveUnusable, type PlaceDeps } from './place-order.ts';
import { takeFills, type TakeDeps } from './take-fills.ts';

export interface FollowDeps extends PlaceDeps {
  readonly riskStates: RiskStates;
  readonly raiseAlert: TakeDeps['raiseAlert'];
}

/** What the ledger has taken over from the venue. */
export interface Followed {
  readonly orders: number;
  readonly fills: number;
  readonly resolved: readonly string[];
}

/** Times that a difference is looked at again: at a real venue a fill may happen between two answers. */
const LOOKS = 3;

/** Continues an order that may not have been sent; one whose approval cannot be used is looked up, and ends. */
async function resolve(deps: FollowDeps, account: string, order: Order): Promise<string> {
  const placement = await placeApproved(deps, account, order.approvalId ?? '');
  if ('order' in placement) return placement.order.state;
  const { state } = await resolveUnusable(deps, order, { to: 'expired', reason: placement.refused });
  return `${state}: ${placement.refused}`;
}

/** Resolves the orders of which nobody knows whether they reached the venue; says what became of each. */
export async function resolveUnsent(
  deps: FollowDeps,
  account: string,
  unended: readonly Order[],
): Promise<readonly string[]> {
  const resolved: string[] = [];
  for (const order of unended) {
    if (!mayBeUnsent(order) || order.parentId !== undefined) continue;
    const after = await resolve(deps, account, order);
    resolved.push(`${order.clientOrderId}: ${order.state} -> ${after}`);
  }
  return resolved;
}

/** Lets orders, fills and positions follow the venue. While trading is not ACTIVE, entries are cancelled. */
export async function followVenue(deps: FollowDeps, account: string): Promise<Followed> {
  const resolved = await resolveUnsent(deps, account, await unendedOrders(deps, account));
  const barred = (await deps.riskStates.read(account)).tradingState !== 'ACTIVE';
  if (barred) await cancelOrders(deps, account);
  const orders = await syncOrders(deps, account, await unendedOrders(deps, account));
  const { fills } = await takeFills(deps, account, barred ? (fill) => reportCrossing(deps, fill) : undefined);
  return { orders, fills, resolved };
}

/**
 * Where a ledger that has followed the venue disagrees with it; null when it does not. Only a difference that stands
 * although nothing changed meanwhile is one.
 * @param known what is noted about the account, if that was read already
 */
export async function standingDifference(
  deps: FollowDeps,
  account: string,
  known?: BookMark | null,
): Promise<string | null> {
  let difference = await compareBooks(deps, account, known);
  for (let look = 1; look < LOOKS && difference !== null; look += 1) {
    const { fills } = await followVenue(deps, account);
    const seen = difference;
    difference = await compareBooks(deps, account);
    if (fills === 0 && difference === seen) break;
  }
  return difference;
}
