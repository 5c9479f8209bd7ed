import { type Approval } from '../../src/domain/risk/approval.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type PlacedRequest } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { riskSummary } from '../../src/domain/risk/risk-summary.ts';
import { AppError, errorText, isExplained } from '../../src/domain/errors.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { admitApproval, lapseOf, type AdmitDeps, type Lapse, type Refusal } from './admit-approval.ts';
import { adopt, syncGroup, type LedgerDeps } from './ledger-sync.ts';

export interface PlaceDeps extends LedgerDeps, AdmitDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit' | 'approvals' | 'intents' | 'cycles'>;
}

export type Placement = { readonly order: Order } | Refusal;

/** The order of an approval. All that it does comes from the signed approval; the intent only says where it belongs. */
function orderOf(approval: Approval, { id, candleTime, cycleId }: Intent): Order {
  const { account, strategyHash, symbol, timeframe, side, purpose, type, amount, bracket, asOf } = approval;
  return {
    account,
    clientOrderId: id,
    strategyHash,
    symbol,
    timeframe,
    candleTime,
    side,
    purpose,
    type,
    amount,
    ...(bracket && { bracket }),
    approvalId: approval.id,
    state: 'intended',
    filledAmount: 0,
    fees: 0,
    createdAt: asOf,
    updatedAt: asOf,
    ...(cycleId !== undefined && { cycleId }),
  };
}

function requestOf(order: Order): PlacedRequest {
  const {
    account,
    clientOrderId,
    strategyHash,
    symbol,
    side,
    type,
    purpose,
    amount,
    price,
    bracket,
    createdAt: time,
  } = order;
  return {
    account,
    clientOrderId,
    strategyHash,
    symbol,
    side,
    type,
    purpose,
    amount,
    time,
    ...(price !== undefined && { price }),
    ...(bracket && { bracket }),
  };
}

const UNSENT = ['intended', 'approved', 'submitting', 'unknown'] as const;
const mayBeUnsent = ({ state }: Order): boolean => UNSENT.some((unsent) => unsent === state);

/** Ends an order that the venue does not know and that may not be sent any more. */
async function endUnsent({ stores }: PlaceDeps, order: Order, { to, reason }: Lapse): Promise<Order> {
  const ended = await stores.orders.transition(order.account, order.clientOrderId, UNSENT, to, {
    reason,
    updatedAt: order.updatedAt,
  });
  return ended ?? (await stores.orders.get(order.account, order.clientOrderId)) ?? order;
}

/**
 * Sends an order in state `submitting`, unless it has lapsed since its approval was used. An ambiguous answer of the venue makes it `unknown`; the next attempt looks the
 * order up before it sends it again, under the same client order id.
 * @throws AppError `order-unknown`, retryable.
 */
async function submit(deps: PlaceDeps, order: Order, approval: Approval): Promise<Order> {
  const { stores, broker } = deps;
  const lapsed = await lapseOf(deps, approval, order.cycleId);
  if (lapsed) return endUnsent(deps, order, lapsed);
  let venue: OrderReport;
  try {
    venue = await broker.submit(requestOf(order));
  } catch (error) {
    // An `internal` error is a fault in this program and says nothing about what the venue did.
    if (isExplained(error) && !error.retryable) {
      return (
        (await stores.orders.transition(order.account, order.clientOrderId, ['submitting'], 'rejected', {
          reason: error.message,
          updatedAt: order.updatedAt,
        })) ?? order
      );
    }
    await stores.orders.transition(order.account, order.clientOrderId, ['submitting'], 'unknown', {
      reason: errorText(error),
      updatedAt: order.updatedAt,
    });
    throw new AppError(
      'order-unknown',
      `the venue's answer to order ${order.clientOrderId} is unknown: ${errorText(error)}`,
      { retryable: true, cause: error },
    );
  }
  return adopt(deps, order, venue);
}

/** Looks the order up at the venue first, and sends it only when the venue does not know it. */
async function resume(deps: PlaceDeps, order: Order, approval: Approval): Promise<Order> {
  const { stores, broker } = deps;
  const venue = await broker.fetchOrder(order.account, order.clientOrderId);
  if (venue) return adopt(deps, order, venue);
  const ready =
    order.state === 'unknown'
      ? await stores.orders.transition(order.account, order.clientOrderId, ['unknown'], 'submitting', {
          updatedAt: order.updatedAt,
        })
      : order;
  return ready ? submit(deps, ready, approval) : order;
}

/**
 * Looks up an order whose approval can no longer be used. The venue's report counts; an order that it has never seen
 * ends.
 */
export async function resolveUnusable(deps: PlaceDeps, order: Order, lapse: Lapse): Promise<Order> {
  const venue = await deps.broker.fetchOrder(order.account, order.clientOrderId);
  if (!venue) return endUnsent(deps, order, lapse);
  if (order.state === 'submitting' || order.state === 'unknown') return adopt(deps, order, venue);
  // The venue knows an order that was never sent from here: reconciliation reports it.
  return order;
}

/**
 * Executes one approval, resuming where an earlier attempt stopped:
 *
 *   no row -> intended -> approved -> submitting -> (venue) -> open ...
 *
 * Each state is written before the next step, so that this function can resume after a crash between any two steps.
 * @throws AppError `order-unknown`, `lost-order`; both retryable.
 */
export async function placeApproved(deps: PlaceDeps, account: string, approvalId: string): Promise<Placement> {
  const admitted = await admitApproval(deps, account, approvalId);
  if ('refused' in admitted) return admitted;
  const { approval, intent, lapsed } = admitted;
  const { orders } = deps.stores;
  let placed: Order;
  if (admitted.order && lapsed && mayBeUnsent(admitted.order)) {
    placed = await resolveUnusable(deps, admitted.order, lapsed);
  } else {
    await orders.insert(orderOf(approval, intent));
    await orders.transition(account, intent.id, ['intended'], 'approved', { updatedAt: approval.asOf });
    const started = await orders.transition(account, intent.id, ['approved'], 'submitting', {
      updatedAt: approval.asOf,
    });
    const order = started ?? (await orders.get(account, intent.id));
    if (!order) throw new AppError('lost-order', `order ${intent.id} is missing from the store`, { retryable: true });
    placed = order;
    if (started) placed = await submit(deps, started, approval);
    else if (order.state === 'submitting' || order.state === 'unknown') placed = await resume(deps, order, approval);
  }
  const state = await deps.riskStates.read(account);
  await deps.stores.audit.append({
    key: `order/${account}/${intent.id}`,
    actor: 'trader',
    action: 'place-order',
    subject: intent.id,
    at: deps.clock.now(),
    data: {
      approvalId,
      symbol: intent.symbol,
      side: intent.side,
      purpose: intent.purpose,
      amount: approval.amount,
      state: placed.state,
      because: intent.because,
      risk: riskSummary(state),
      ...(placed.reason !== undefined && { reason: placed.reason }),
    },
  });
  await syncGroup(deps, placed);
  return { order: placed };
}
