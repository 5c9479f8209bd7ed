import { verifyApproval, type Approval } from '../../src/domain/risk/approval.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type PlacedRequest } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { AppError, errorText, isExplained } from '../../src/domain/errors.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { adopt, syncGroup, type LedgerDeps } from './ledger-sync.ts';

export interface PlaceDeps extends LedgerDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit' | 'approvals' | 'intents'>;
  readonly approvalSecret: string;
}

/** `late`: the approval was valid but has expired. Any other refusal points to a fault or to tampering. */
export type Refusal = { readonly refused: string; readonly late: boolean };
export type Placement = { readonly order: Order } | Refusal;

function orderOf(intent: Intent, approval: Approval): Order {
  const { account, id, strategyHash, symbol, timeframe, candleTime, side, purpose, bracket, cycleId } = intent;
  return {
    account,
    clientOrderId: id,
    strategyHash,
    symbol,
    timeframe,
    candleTime,
    side,
    purpose,
    type: 'market',
    amount: approval.amount,
    ...(bracket && { bracket }),
    approvalId: approval.id,
    state: 'intended',
    filledAmount: 0,
    fees: 0,
    createdAt: intent.asOf,
    updatedAt: intent.asOf,
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

/** Checks an approval: returns it with its intent, or the reason to refuse it. */
async function admissible(
  { stores, approvalSecret }: PlaceDeps,
  account: string,
  approvalId: string,
  now: number,
): Promise<{ approval: Approval; intent: Intent } | Refusal> {
  const approval = await stores.approvals.get(approvalId);
  if (!approval) return { refused: `there is no approval ${approvalId}`, late: false };
  if (approval.account !== account) return { refused: `approval ${approvalId} is for another account`, late: false };
  const intent = await stores.intents.get(account, approval.intentId);
  if (!intent) return { refused: `the intent of approval ${approvalId} is missing from the store`, late: false };
  if (intent.symbol !== approval.symbol || intent.side !== approval.side || intent.purpose !== approval.purpose) {
    return { refused: `approval ${approvalId} does not fit its intent`, late: false };
  }
  const known = await stores.orders.get(account, intent.id);
  const check = verifyApproval(approval, approvalSecret, now);
  // An order that was already started continues: its approval was valid when it was used.
  if (!check.ok && !(known && check.code === 'expired'))
    return { refused: check.reason, late: check.code === 'expired' };
  if (!(await stores.approvals.consume(approvalId, intent.id, now)))
    return { refused: `approval ${approvalId} was used for another order`, late: false };
  return { approval, intent };
}

/**
 * Sends an order in state `submitting`. An ambiguous answer of the venue makes it `unknown`; the next attempt looks the
 * order up before it sends it again, under the same client order id.
 * @throws AppError `order-unknown`, retryable.
 */
async function submit(deps: PlaceDeps, order: Order): Promise<Order> {
  const { stores, broker } = deps;
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
async function resume(deps: PlaceDeps, order: Order): Promise<Order> {
  const { stores, broker } = deps;
  const venue = await broker.fetchOrder(order.account, order.clientOrderId);
  if (venue) return adopt(deps, order, venue);
  const ready =
    order.state === 'unknown'
      ? await stores.orders.transition(order.account, order.clientOrderId, ['unknown'], 'submitting', {
          updatedAt: order.updatedAt,
        })
      : order;
  return ready ? submit(deps, ready) : order;
}

/**
 * Executes one approval, resuming where an earlier attempt stopped:
 *
 *   no row -> intended -> approved -> submitting -> (venue) -> open ...
 *
 * Each state is written before the next step, so that this function can resume after a crash between any two steps.
 * @throws AppError `order-unknown`, `lost-order`; both retryable.
 */
export async function placeApproved(
  deps: PlaceDeps,
  account: string,
  approvalId: string,
  now: number,
): Promise<Placement> {
  const admitted = await admissible(deps, account, approvalId, now);
  if ('refused' in admitted) return admitted;
  const { approval, intent } = admitted;
  const { orders } = deps.stores;
  await orders.insert(orderOf(intent, approval));
  await orders.transition(account, intent.id, ['intended'], 'approved', { updatedAt: intent.asOf });
  const started = await orders.transition(account, intent.id, ['approved'], 'submitting', { updatedAt: intent.asOf });
  const order = started ?? (await orders.get(account, intent.id));
  if (!order) throw new AppError('lost-order', `order ${intent.id} is missing from the store`, { retryable: true });
  let placed = order;
  if (started) placed = await submit(deps, started);
  else if (order.state === 'submitting' || order.state === 'unknown') placed = await resume(deps, order);
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
      ...(placed.reason !== undefined && { reason: placed.reason }),
    },
  });
  await syncGroup(deps, placed);
  return { order: placed };
}
