import { foldFills } from '../../src/domain/portfolio/fold.ts';
import { canTransition } from '../../src/domain/orders/state-machine.ts';
import { type Fill, type Order } from '../../src/domain/orders/order.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface LedgerDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit'>;
  readonly broker: Broker;
  readonly broadcaster: Broadcaster;
  readonly clock: Clock;
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
    state: 'submitting',
    filledAmount: 0,
    fees: 0,
    createdAt: venue.updatedAt,
    updatedAt: venue.updatedAt,
    ...(entry.cycleId !== undefined && { cycleId: entry.cycleId }),
  };
}

/** Applies the venue's report to one order. The venue is the authority, but transitions unknown to the state machine are ignored. */
export async function adopt(
  { stores, broadcaster, clock }: LedgerDeps,
  order: Order,
  venue: OrderReport,
): Promise<Order> {
  const same = order.state === venue.state && order.filledAmount === venue.filledAmount;
  if (same || !canTransition(order.state, venue.state, 'venue')) return order;
  const next = await stores.orders.transition(order.account, order.clientOrderId, [order.state], venue.state, {
    filledAmount: venue.filledAmount,
    fees: venue.fees,
    ...(venue.averagePrice !== undefined && { averagePrice: venue.averagePrice }),
    ...(venue.reason !== undefined && { reason: venue.reason }),
    updatedAt: venue.updatedAt,
  });
  if (!next) return order;
  await broadcaster.publish({
    topic: 'order',
    at: clock.now(),
    data: {
      account: order.account,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      purpose: order.purpose,
      state: next.state,
      ...(next.reason !== undefined && { reason: next.reason }),
    },
  });
  return next;
}

/**
 * Reconciles an entry and its protective orders with the venue. The entry is written last: an interrupted run is found
 * again by a row that may still change, and a filled entry no longer changes.
 */
export async function syncGroup(deps: LedgerDeps, entry: Order): Promise<void> {
  const group = await deps.broker.fetchGroup(entry.account, entry.clientOrderId);
  for (const venue of group.filter(({ clientOrderId }) => clientOrderId !== entry.clientOrderId)) {
    const leg = legOf(entry, venue);
    await deps.stores.orders.insert(leg);
    await adopt(deps, (await deps.stores.orders.get(leg.account, leg.clientOrderId)) ?? leg, venue);
  }
  const own = group.find(({ clientOrderId }) => clientOrderId === entry.clientOrderId);
  if (own) await adopt(deps, entry, own);
}

const LIVE = ['submitting', 'open', 'partially-filled', 'unknown'] as const;

/**
 * Reconciles every order that may still change; returns their number. A leg is reconciled through its entry, which may
 * already be filled.
 */
export async function syncOrders(deps: LedgerDeps, account: string, symbol?: string): Promise<number> {
  const live = (await deps.stores.orders.list({ account, states: LIVE })).filter(
    (order) => symbol === undefined || order.symbol === symbol,
  );
  const entries = new Map<string, Order>();
  for (const order of live) {
    const entry = order.parentId === undefined ? order : await deps.stores.orders.get(account, order.parentId);
    if (entry) entries.set(entry.clientOrderId, entry);
  }
  for (const entry of entries.values()) await syncGroup(deps, entry);
  return live.length;
}

async function auditFill({ stores, clock }: LedgerDeps, fill: Fill): Promise<void> {
  const { id, account, clientOrderId, symbol, side, purpose, amount, price, fee, time } = fill;
  await stores.audit.append({
    key: `fill/${account}/${id}`,
    actor: 'trader',
    action: 'fill',
    subject: clientOrderId,
    at: clock.now(),
    data: { symbol, side, purpose, amount, price, fee, time },
  });
}

/**
 * Records the venue's fills after the last recorded one, whatever their time, and rebuilds the affected positions. Returns the
 * number of new fills. They are recorded last: an interruption repeats all steps, of which only the broadcast is visible.
 * @param reportEntry called for each new fill of an entry, before it is recorded
 */
export async function takeFills(
  deps: LedgerDeps,
  account: string,
  reportEntry?: (fill: Fill) => Promise<void>,
): Promise<number> {
  const { stores, broker, broadcaster, clock } = deps;
  const mark = await stores.ledger.mark(account);
  const reported = await broker.fills(account, mark?.lastFill ?? null);
  const last = reported.at(-1);
  if (!last) return 0;
  const known = new Set(
    await stores.ledger.recorded(
      account,
      reported.map(({ id }) => id),
    ),
  );
  const fills = reported.filter(({ id }) => !known.has(id));
  for (const { id, clientOrderId, symbol, side, purpose, amount, price, fee } of fills) {
    await broadcaster.publish({
      topic: 'fill',
      at: clock.now(),
      data: { account, id, clientOrderId, symbol, side, purpose, amount, price, fee },
    });
  }
  const touched = new Map(fills.map((fill) => [`${fill.strategyHash}/${fill.symbol}`, fill]));
  for (const { strategyHash, symbol } of touched.values()) {
    const before = await stores.ledger.fills({ account, strategyHash, symbol });
    const fresh = fills.filter((fill) => fill.strategyHash === strategyHash && fill.symbol === symbol);
    await stores.ledger.savePositions(foldFills([...before, ...fresh]));
  }
  for (const fill of fills) {
    await auditFill(deps, fill);
    if (fill.purpose === 'entry') await reportEntry?.(fill);
  }
  const recorded = await stores.ledger.recordFills(fills);
  // The cursor follows the record: a crash in between reads the same fills again.
  if (mark) await stores.ledger.saveMark({ ...mark, lastFill: last.id });
  return recorded;
}

/** Marks the account to market and stores the equity point. Returns equity in quote currency. */
export async function markAccount({ stores, broker }: LedgerDeps, account: string): Promise<number> {
  const { equity, cash, exposure, time } = await broker.balance(account);
  await stores.ledger.recordEquity({ account, time, equity, cash, exposure });
  return equity;
}
