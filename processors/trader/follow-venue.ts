import { type Fill, type Order } from '../../src/domain/orders/order.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { cancelOrders, reportCrossing } from './cancel-orders.ts';
import { compareBooks, type BothBooks } from './compare-books.ts';
import { ledgerBooks } from './ledger-books.ts';
import { mayBeUnsent, placeApproved, resolveUnusable, type PlaceDeps } from './place-order.ts';
import { type TakeDeps } from './take-fills.ts';
import { takeOver, type TakenOver } from './take-over.ts';

export interface FollowDeps extends PlaceDeps {
  readonly riskStates: RiskStates;
  readonly raiseAlert: TakeDeps['raiseAlert'];
}

/** What the ledger has taken over from the venue, and what became of orders that may not have been sent. */
export interface Followed extends TakenOver {
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
  const resolved = await resolveUnsent(deps, account, (await ledgerBooks(deps, account)).orders);
  const barred = (await deps.riskStates.read(account)).tradingState !== 'ACTIVE';
  if (barred) await cancelOrders(deps, account);
  const report = barred ? (fill: Fill) => reportCrossing(deps, fill) : undefined;
  return { ...(await takeOver(deps, account, await ledgerBooks(deps, account), report)), resolved };
}

/**
 * Where a ledger that has followed the venue disagrees with it; null when it does not. Only a difference that stands
 * although nothing changed meanwhile is one.
 * @param taken what was just taken over
 */
export async function standingDifference(deps: FollowDeps, account: string, taken: BothBooks): Promise<string | null> {
  let difference = await compareBooks(deps, account, taken);
  for (let look = 1; look < LOOKS && difference !== null; look += 1) {
    const { fills } = await followVenue(deps, account);
    const seen = difference;
    difference = await compareBooks(deps, account);
    if (fills === 0 && difference === seen) break;
  }
  return difference;
}
