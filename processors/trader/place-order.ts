import { type Approval } from '../../src/domain/risk/approval.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type PlacedRequest } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { riskSummary } from '../../src/domain/risk/risk-summary.ts';
import { AppError, errorText, isExplained } from '../../src/domain/errors.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { admitApproval, lapseOf, type AdmitDeps, type Admitted, type Lapse, type Refusal } from './admit-approval.ts';
import { adopt, syncGroup, type LedgerDeps } from './ledger-sync.ts';

export interface PlaceDeps extends LedgerDeps, AdmitDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit' | 'approvals' | 'intents' | 'cycles'>;
}

export type Placement = { readonly order: Order } | Refusal;

export interface Failed {
  readonly error: unknown;
}

/** An order as its row has it, and the venue's report of it if there is one. */
interface Sent {
  readonly order: Order;
  readonly venue?: OrderReport;
}

/** The order of an approval that was used. All that it does comes from the signed approval; the intent only says where it belongs. */
function orderOf(approval: Approval, { id, candleTime, cycleId }: Intent): Order {
  const { account, strategyHash, symbol, timeframe, side, purpose, type, amount, bracket, asOf } = approval;
  const { price, postOnly, waitBars } = approval;
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
    ...(price !== undefined && { price }),
    ...(postOnly !== undefined && { postOnly }),
    ...(waitBars !== undefined && { expiresAt: asOf + waitBars * timeframeMs(timeframe) }),
    ...(bracket && { bracket }),
    approvalId: approval.id,
    state: 'approved',
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
    postOnly,
    expiresAt,
    timeframe,
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
    ...(postOnly !== undefined && { postOnly }),
    // For a company that is away then: a venue that can end an order by itself must not fill it after its time.
    ...(expiresAt !== undefined && { expireBars: Math.round((expiresAt - time) / timeframeMs(timeframe)) }),
    ...(bracket && { bracket }),
  };
}

const UNSENT = ['intended', 'approved', 'submitting', 'unknown'] as const;
/** Nobody knows whether it has reached the venue. */
export const mayBeUnsent = ({ state }: Order): boolean => UNSENT.some((unsent) => unsent === state);

/** Ends an order that the venue does not know and that may not be sent any more. */
async function endUnsent({ stores }: PlaceDeps, order: Order, { to, reason }: Lapse): Promise<Order> {
  const ended = await stores.orders.transition(order.account, order.clientOrderId, UNSENT, to, {
    reason,
    updatedAt: order.updatedAt,
  });
  return ended ?? (await stores.orders.get(order.account, order.clientOrderId)) ?? order;
}

/**
 * Where closing orders do more than reduce, one whose position is gone by now would open another: the venue says whether it is.
 * A stop may have filled since the review, and the ledger may not know of it yet.
 */
async function nothingLeftToClose({ broker }: PlaceDeps, order: Order): Promise<Lapse | null> {
  const { account, strategyHash, symbol, side, purpose } = order;
  if (purpose === 'entry' || broker.capabilities.reduceOnly) return null;
  const held = (await broker.positions(account)).find(
    (position) => position.strategyHash === strategyHash && position.symbol === symbol,
  );
  const [kind, sign] = side === 'sell' ? (['long', 1] as const) : (['short', -1] as const);
  if (held && held.amount * sign > 0) return null;
  const reason = `no ${kind} position of the strategy in ${symbol} was left to close when it was to be sent`;
  return { to: 'cancelled', reason };
}

/**
 * Sends an order in state `submitting`, unless it has lapsed since its approval was used, or has nothing left to close. An ambiguous answer of the venue makes it `unknown`; the next attempt looks the
 * order up before it sends it again, under the same client order id.
 * @param marketTime now, epoch ms
 * @throws AppError `order-unknown`, retryable.
 */
async function submit(deps: PlaceDeps, order: Order, approval: Approval, marketTime: number): Promise<Sent> {
  const { stores, broker } = deps;
  const lapsed = (await lapseOf(deps, approval, order.cycleId, marketTime)) ?? (await nothingLeftToClose(deps, order));
  if (lapsed) return { order: await endUnsent(deps, order, lapsed) };
  try {
    return { order, venue: await broker.submit(requestOf(order)) };
  } catch (error) {
    // An `internal` error is a fault in this program and says nothing about what the venue did.
    if (isExplained(error) && !error.retryable) {
      const rejected = await stores.orders.transition(order.account, order.clientOrderId, ['submitting'], 'rejected', {
        reason: error.message,
        updatedAt: order.updatedAt,
      });
      return { order: rejected ?? order };
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
}

/** Looks the order up at the venue first, and sends it only when the venue does not know it. */
async function resume(deps: PlaceDeps, order: Order, approval: Approval): Promise<Sent> {
  const { stores, broker } = deps;
  const venue = await broker.fetchOrder(order.account, order.clientOrderId);
  if (venue) return { order, venue };
  const ready =
    order.state === 'unknown'
      ? await stores.orders.transition(order.account, order.clientOrderId, ['unknown'], 'submitting', {
          updatedAt: order.updatedAt,
        })
      : order;
  return ready ? submit(deps, ready, approval, await deps.data.now()) : { order };
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
 * Sends the order of an approval that was used, resuming where an earlier attempt stopped:
 *
 *   no row -> approved -> submitting -> (venue) -> open ...
 *
 * Each state is written before the next step, so that this function can resume after a crash between any two steps.
 * @throws AppError `order-unknown`, `lost-order`; both retryable.
 */
async function send(deps: PlaceDeps, { approval, intent, lapsed, order: known }: Admitted): Promise<Sent> {
  const { orders } = deps.stores;
  const { account, id } = intent;
  if (known && lapsed && mayBeUnsent(known)) return { order: await resolveUnusable(deps, known, lapsed) };
  const [started, marketTime] = await Promise.all([
    orders.transition(account, id, ['intended', 'approved'], 'submitting', { updatedAt: approval.asOf }),
    deps.data.now(),
  ]);
  if (started) return submit(deps, started, approval, marketTime);
  const order = await orders.get(account, id);
  if (!order) throw new AppError('lost-order', `order ${id} is missing from the store`, { retryable: true });
  const mayHaveBeenSent = order.state === 'submitting' || order.state === 'unknown';
  return mayHaveBeenSent ? resume(deps, order, approval) : { order };
}

/** Lets row and audit follow what was sent; the legs of an order that was sent earlier too. */
async function record(deps: PlaceDeps, { approval, intent, order: known }: Admitted, sent: Sent): Promise<Order> {
  const { account, id, symbol, side, purpose, because } = intent;
  const [order, state] = await Promise.all([
    sent.venue ? adopt(deps, sent.order, sent.venue) : sent.order,
    deps.riskStates.read(account),
  ]);
  await deps.stores.audit.append({
    key: `order/${account}/${id}`,
    actor: 'trader',
    action: 'place-order',
    subject: id,
    at: deps.clock.now(),
    data: {
      ...{ approvalId: approval.id, symbol, side, purpose },
      ...{ amount: approval.amount, state: order.state, because, risk: riskSummary(state) },
      ...(order.reason !== undefined && { reason: order.reason }),
    },
  });
  if (known) await syncGroup(deps, order);
  return order;
}

const failed = (error: unknown): Failed => ({ error });

/**
 * Executes approvals: the orders reach the venue one after the other in this order. What is read and written before the
 * first and after the last send does not wait for the others. One that fails does not keep the others from being sent.
 * @returns for each approval its order, why it was refused, or its error
 */
export async function placeAll(
  deps: PlaceDeps,
  account: string,
  approvalIds: readonly string[],
): Promise<readonly (Placement | Failed)[]> {
  const admit = async (approvalId: string): Promise<Admitted | Refusal | Failed> => {
    const admitted = await admitApproval(deps, account, approvalId);
    // Nothing was written for an order that has a row and has lapsed.
    if (!('refused' in admitted) && !(admitted.order && admitted.lapsed))
      await deps.stores.orders.insert(orderOf(admitted.approval, admitted.intent));
    return admitted;
  };
  const admissions = await Promise.all(approvalIds.map((id) => admit(id).catch(failed)));
  const sent: (Sent | Refusal | Failed)[] = [];
  for (const admitted of admissions) {
    const isAdmitted = !('refused' in admitted) && !('error' in admitted);
    sent.push(isAdmitted ? await send(deps, admitted).catch(failed) : admitted);
  }
  return Promise.all(
    sent.map(async (one, i): Promise<Placement | Failed> => {
      if (!('order' in one)) return one;
      return record(deps, admissions[i] as Admitted, one).then((order) => ({ order }), failed);
    }),
  );
}

/** Executes one approval. @throws AppError `order-unknown`, `lost-order`; both retryable. */
export async function placeApproved(deps: PlaceDeps, account: string, approvalId: string): Promise<Placement> {
  const [placement] = await placeAll(deps, account, [approvalId]);
  if ('error' in placement!) throw placement.error;
  return placement!;
}
