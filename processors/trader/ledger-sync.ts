import { canRevive, canTransition } from '../../src/domain/orders/state-machine.ts';
import { type Order, UNENDED_STATES } from '../../src/domain/orders/order.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Broker, type VenueBalance } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface LedgerDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit'>;
  readonly broker: Broker;
  readonly broadcaster: Broadcaster;
  readonly clock: Clock;
}

/** What the venue reports of an order, as its row has it. */
const reported = ({ filledAmount, fees, averagePrice, reason, updatedAt }: OrderReport) => ({
  filledAmount,
  fees,
  ...(averagePrice !== undefined && { averagePrice }),
  ...(reason !== undefined && { reason }),
  updatedAt,
});

async function announce({ broadcaster, clock }: LedgerDeps, order: Order): Promise<void> {
  const { account, clientOrderId, symbol, side, purpose, state, reason } = order;
  await broadcaster.publish({
    topic: 'order',
    at: clock.now(),
    data: { account, clientOrderId, symbol, side, purpose, state, ...(reason !== undefined && { reason }) },
  });
}

/** Row for an order that the venue created itself: a stop, a target or a time exit. */
function legOf(entry: Order, venue: OrderReport): Order {
  return {
    account: entry.account,
    clientOrderId: venue.clientOrderId,
    parentId: entry.clientOrderId,
    strategyHash: entry.strategyHash,
    symbol: entry.symbol,
    timeframe: entry.timeframe,
    candleTime: entry.candleTime,
    side: venue.side,
    purpose: venue.purpose,
    type: venue.type,
    amount: venue.amount,
    ...(venue.price !== undefined && { price: venue.price }),
    ...(entry.approvalId !== undefined && { approvalId: entry.approvalId }),
    state: venue.state,
    ...reported(venue),
    createdAt: venue.updatedAt,
    ...(entry.cycleId !== undefined && { cycleId: entry.cycleId }),
  };
}

/** Applies the venue's report to one order. The venue is the authority, but transitions unknown to the state machine are ignored. */
export async function adopt(deps: LedgerDeps, order: Order, venue: OrderReport): Promise<Order> {
  const same = order.state === venue.state && order.filledAmount === venue.filledAmount;
  if (same || !(canTransition(order.state, venue.state, 'venue') || canRevive(order, venue))) return order;
  const { orders } = deps.stores;
  const next = await orders.transition(order.account, order.clientOrderId, [order.state], venue.state, reported(venue));
  if (!next) return order;
  await announce(deps, next);
  return next;
}

/** The row of a leg, created if the venue has made it since. */
async function legRow(deps: LedgerDeps, entry: Order, venue: OrderReport): Promise<Order> {
  const { orders } = deps.stores;
  const leg = legOf(entry, venue);
  if (!(await orders.insert(leg))) return (await orders.get(leg.account, leg.clientOrderId)) ?? leg;
  await announce(deps, leg);
  return leg;
}

/**
 * Lets an entry and its protective orders follow the venue's reports of them. The entry is written last: an interrupted run
 * is found again by a row that may still change, and a filled entry no longer changes.
 * @param entry may be null when it no longer changes and no leg is new
 * @param known rows that were read already
 */
async function follow(
  deps: LedgerDeps,
  id: string,
  entry: Order | null,
  group: readonly OrderReport[],
  known: ReadonlyMap<string, Order>,
): Promise<void> {
  const followLeg = async (venue: OrderReport): Promise<void> => {
    const leg = known.get(venue.clientOrderId) ?? (entry && (await legRow(deps, entry, venue)));
    if (leg) await adopt(deps, leg, venue);
  };
  await Promise.all(group.filter(({ clientOrderId }) => clientOrderId !== id).map(followLeg));
  const own = group.find(({ clientOrderId }) => clientOrderId === id);
  if (entry && own) await adopt(deps, entry, own);
}

/** Reconciles an entry and its protective orders with the venue. */
export async function syncGroup(deps: LedgerDeps, entry: Order): Promise<void> {
  const { account, clientOrderId } = entry;
  await follow(deps, clientOrderId, entry, await deps.broker.fetchGroup(account, clientOrderId), new Map());
}

/** Orders of the ledger that may still change. */
export const unendedOrders = ({ stores }: Pick<LedgerDeps, 'stores'>, account: string): Promise<readonly Order[]> =>
  stores.orders.list({ account, states: UNENDED_STATES });

/** May be at the venue, so that it may change there. */
const isLive = ({ state }: Order): boolean => state !== 'intended' && state !== 'approved';

/**
 * Reconciles orders that may still change; returns their number. A leg is reconciled through its entry, which may already
 * be filled: such an entry is read only when the venue has a leg that is not known yet.
 */
export async function syncOrders(deps: LedgerDeps, account: string, unended: readonly Order[]): Promise<number> {
  const { stores, broker } = deps;
  const live = unended.filter(isLive);
  const known = new Map(live.map((order) => [order.clientOrderId, order]));
  const entries = [...new Set(live.map(({ parentId, clientOrderId }) => parentId ?? clientOrderId))];
  const groups = await Promise.all(entries.map((id) => broker.fetchGroup(account, id)));
  const followGroup = async (group: readonly OrderReport[], i: number): Promise<void> => {
    const id = entries[i]!;
    const isKnown = group.every(({ clientOrderId }) => clientOrderId === id || known.has(clientOrderId));
    const entry = known.get(id) ?? (isKnown ? null : await stores.orders.get(account, id));
    await follow(deps, id, entry, group, known);
  };
  await Promise.all(groups.map(followGroup));
  return live.length;
}

/** Marks the account to market and stores the equity point. */
export async function markAccount({ stores, broker }: LedgerDeps, account: string): Promise<VenueBalance> {
  const balance = await broker.balance(account);
  const { equity, cash, exposure, time } = balance;
  await stores.ledger.recordEquity({ account, time, equity, cash, exposure });
  return balance;
}
