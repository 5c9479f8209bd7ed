import { canRevive, canTransition } from '../../src/domain/orders/state-machine.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Broker, type VenueBalance } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { type VenueView } from './venue-view.ts';

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
  // The venue knows that it was asked to cancel the order, and not why.
  const why = order.timedOutAt !== undefined && venue.state === 'cancelled' ? { reason: 'not filled in time' } : {};
  const patch = { ...reported(venue), ...why };
  const next = await orders.transition(order.account, order.clientOrderId, [order.state], venue.state, patch);
  if (!next) return order;
  await announce(deps, next);
  return next;
}

/** The row of a leg, created if the venue has made it since. */
async function legRow(
  deps: LedgerDeps,
  entry: Order,
  venue: OrderReport,
): Promise<{ readonly row: Order; readonly isNew: boolean }> {
  const { orders } = deps.stores;
  const leg = legOf(entry, venue);
  if (!(await orders.insert(leg)))
    return { row: (await orders.get(leg.account, leg.clientOrderId)) ?? leg, isNew: false };
  await announce(deps, leg);
  return { row: leg, isNew: true };
}

/**
 * Lets an entry and its protective orders follow the venue's reports of them. The entry is written last: an interrupted run
 * is found again by a row that may still change, and a filled entry no longer changes.
 * @param entry may be null when it no longer changes and no leg is new
 * @param known rows that were read already
 * @returns whether a row was written
 */
async function follow(
  deps: LedgerDeps,
  id: string,
  entry: Order | null,
  group: readonly OrderReport[],
  known: ReadonlyMap<string, Order>,
): Promise<boolean> {
  const followLeg = async (venue: OrderReport): Promise<boolean> => {
    const row = known.get(venue.clientOrderId);
    const leg = row ? { row, isNew: false } : entry && (await legRow(deps, entry, venue));
    if (!leg) return false;
    return (await adopt(deps, leg.row, venue)) !== leg.row || leg.isNew;
  };
  const legs = await Promise.all(group.filter(({ clientOrderId }) => clientOrderId !== id).map(followLeg));
  const own = group.find(({ clientOrderId }) => clientOrderId === id);
  const isNew = entry !== null && own !== undefined && (await adopt(deps, entry, own)) !== entry;
  return isNew || legs.includes(true);
}

/** Reconciles an entry and its protective orders with the venue. */
export async function syncGroup(deps: LedgerDeps, entry: Order): Promise<void> {
  const { account, clientOrderId } = entry;
  await follow(deps, clientOrderId, entry, await deps.broker.fetchGroup(account, clientOrderId), new Map());
}

/** May be at the venue, so that it may change there. */
const isLive = ({ state }: Order): boolean => state !== 'intended' && state !== 'approved';

/** Ids of the entries through which orders that may still change are reconciled. */
export const entriesOf = (unended: readonly Order[]): readonly string[] => [
  ...new Set(unended.filter(isLive).map(({ parentId, clientOrderId }) => parentId ?? clientOrderId)),
];

/** What was reconciled with the venue. */
export interface Synced {
  readonly orders: number;
  /** Whether a row was written. */
  readonly changed: boolean;
}

/**
 * Reconciles orders that may still change with the groups that the venue has for them. A leg is reconciled through its
 * entry, which may already be filled: such an entry is read only when the venue has a leg that is not known yet.
 */
export async function syncOrders(
  deps: LedgerDeps,
  account: string,
  unended: readonly Order[],
  groups: VenueView['groups'],
): Promise<Synced> {
  const { stores } = deps;
  const live = unended.filter(isLive);
  const known = new Map(live.map((order) => [order.clientOrderId, order]));
  const followGroup = async ([id, group]: readonly [string, readonly OrderReport[]]): Promise<boolean> => {
    const isKnown = group.every(({ clientOrderId }) => clientOrderId === id || known.has(clientOrderId));
    const entry = known.get(id) ?? (isKnown ? null : await stores.orders.get(account, id));
    return follow(deps, id, entry, group, known);
  };
  const changed = await Promise.all([...groups].map(followGroup));
  return { orders: live.length, changed: changed.includes(true) };
}

/** Stores the equity point of a balance. */
export async function markAccount(
  { stores }: Pick<LedgerDeps, 'stores'>,
  account: string,
  { equity, cash, exposure, time }: VenueBalance,
): Promise<void> {
  await stores.ledger.recordEquity({ account, time, equity, cash, exposure });
}
