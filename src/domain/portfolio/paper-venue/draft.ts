import { feeOf } from '../../backtest/fills.ts';
import { type Market } from '../../market/market.ts';
import { applyFill } from '../fold.ts';
import { type Decimal, decimal, ZERO } from '../money.ts';
import { type Position } from '../position.ts';
import { transition } from '../../orders/state-machine.ts';
import { type FillCause, openOrdersOf, positionKey, type VenueAccount, type VenueFill } from './account.ts';
import {
  type AskedOrder,
  compareOrders,
  type EndedOrder,
  type FilledOrder,
  isEntry,
  isLive,
  type LiveOrder,
  type OpenOrder,
  type VenueOrder,
} from './venue-order.ts';

/** Mutable copy of an account while one request or candle is processed; the account itself does not change. */
export interface Draft {
  readonly account: VenueAccount;
  cash: Decimal;
  writtenOff: Decimal;
  nextFill: number;
  readonly positions: Record<string, Position>;
  readonly orders: Record<string, VenueOrder>;
  /** Ids of open orders. */
  readonly open: Set<string>;
  readonly rejected: Record<string, number>;
  touches: number;
  readonly fills: VenueFill[];
  /** Ids of new and changed orders, in order of change. */
  readonly changed: Set<string>;
}

/** The account after a step and what the step changed. `account` is the same object when nothing changed. */
export interface VenueStep {
  readonly account: VenueAccount;
  readonly fills: readonly VenueFill[];
  readonly changes: readonly VenueOrder[];
}

export function draftOf(account: VenueAccount): Draft {
  return {
    account,
    cash: decimal(account.cash),
    writtenOff: decimal(account.writtenOff),
    nextFill: account.nextFill,
    positions: { ...account.positions },
    orders: { ...account.orders },
    open: new Set(openOrdersOf(account).map(({ clientOrderId }) => clientOrderId)),
    rejected: { ...account.rejected },
    touches: account.touches ?? 0,
    fills: [],
    changed: new Set(),
  };
}

export function putOrder(draft: Draft, order: VenueOrder): void {
  const { clientOrderId } = order;
  draft.orders[clientOrderId] = order;
  draft.changed.add(clientOrderId);
  if (isLive(order)) draft.open.add(clientOrderId);
  else draft.open.delete(clientOrderId);
}

/** The live orders in their current draft state. */
export function openInDraft({ open, orders }: Draft): readonly LiveOrder[] {
  return [...open].map((id) => orders[id] as LiveOrder);
}

/** The order in its current draft state, if it may still fill. */
export function liveInDraft({ orders }: Draft, { clientOrderId }: LiveOrder): LiveOrder | null {
  const order = orders[clientOrderId];
  return order && isLive(order) ? order : null;
}

/** An order is rejected on its arrival, or where its first fill is not possible. */
export function rejectInDraft(draft: Draft, order: AskedOrder | OpenOrder, reason: string, time: number): void {
  draft.rejected[reason] = (draft.rejected[reason] ?? 0) + 1;
  putOrder(draft, transition({ ...order, reserved: 0 }, 'rejected', { reason }, time));
}

/** Ends an order before it is filled as a whole. */
export function endInDraft(
  draft: Draft,
  order: LiveOrder,
  state: 'cancelled' | 'expired',
  reason: string,
  time: number,
): void {
  putOrder(draft, transition({ ...order, reserved: 0 }, state, { reason }, time));
}

/**
 * Cash available to an entry: without cash reserved by resting limits and by earlier entries, and without the proceeds
 * and collateral of shorts (twice their sale value).
 */
export function freeCash(draft: Draft, order: AskedOrder | LiveOrder): Decimal {
  const tied = Object.values(draft.positions)
    .filter(({ amount }) => amount < 0)
    .reduce((sum, { amount, averagePrice }) => sum.plus(decimal(amount).abs().times(averagePrice).times(2)), ZERO);
  const reserved = openInDraft(draft)
    .filter((other) => isEntry(other) && other.clientOrderId !== order.clientOrderId)
    .filter(({ type, ...other }) => type === 'limit' || type === 'stop-limit' || compareOrders(other, order) < 0)
    .reduce((sum, other) => sum.plus(other.reserved), ZERO);
  return draft.cash.minus(tied).minus(reserved);
}

/** Terms of a fill. */
export interface Execution {
  readonly amount: number;
  readonly price: number;
  readonly liquidity: 'maker' | 'taker';
  readonly time: number;
  readonly cause: FillCause;
  readonly ambiguous?: boolean;
  /** The limit was touched and not traded through. */
  readonly touch?: boolean;
}

export type VenueFees = Pick<Market, 'takerFeeRate' | 'makerFeeRate'>;

/** Applies a fill to cash, position and order; the order stays live while it is filled less than its amount. */
export function bookFill(draft: Draft, order: LiveOrder, execution: Execution, market: VenueFees): void {
  const { amount, price, liquidity, time, cause, ambiguous = false, touch = false } = execution;
  const fee = feeOf(amount, price, liquidity === 'maker' ? market.makerFeeRate : market.takerFeeRate);
  recordFill(draft, order, { amount, price, fee, time, cause, ambiguous, ...(touch && { touch }) });
}

/** A fill without what its order says. */
type FillTerms = Pick<VenueFill, 'amount' | 'price' | 'fee' | 'time' | 'cause' | 'ambiguous' | 'touch'>;

/**
 * Applies a fill with a known fee to cash, position and order. An order that has ended stays so: its fill was reported
 * late.
 */
export function recordFill(draft: Draft, order: LiveOrder | FilledOrder | EndedOrder, terms: FillTerms): void {
  const { amount, price, fee, time, touch = false } = terms;
  const fill: VenueFill = {
    id: `${order.clientOrderId}.${draft.nextFill}`,
    account: draft.account.account,
    clientOrderId: order.clientOrderId,
    strategyHash: order.strategyHash,
    symbol: order.symbol,
    side: order.side,
    purpose: order.purpose,
    ...terms,
  };
  draft.nextFill += 1;
  if (touch) draft.touches += 1;
  draft.fills.push(fill);

  const notional = decimal(amount).times(price);
  draft.cash = draft.cash.plus(order.side === 'buy' ? notional.negated() : notional).minus(fee);
  if (draft.cash.isNegative()) {
    draft.writtenOff = draft.writtenOff.minus(draft.cash);
    draft.cash = ZERO;
  }
  const key = positionKey(order.symbol, order.strategyHash);
  const position = applyFill(draft.positions[key] ?? null, fill);
  if (position.amount === 0) delete draft.positions[key];
  else draft.positions[key] = position;
  putOrder(draft, withFill(order, { amount, price, fee, time }));
}

function withFill(
  order: LiveOrder | FilledOrder | EndedOrder,
  { amount, price, fee, time }: Pick<VenueFill, 'amount' | 'price' | 'fee' | 'time'>,
): VenueOrder {
  let executed = { filledAmount: amount, averagePrice: price, fees: fee };
  if (order.state !== 'open' && order.filledAmount > 0) {
    const filledAmount = decimal(order.filledAmount).plus(amount);
    const before = decimal(order.filledAmount).times(order.averagePrice ?? price);
    const spent = before.plus(decimal(amount).times(price));
    executed = {
      filledAmount: filledAmount.toNumber(),
      averagePrice: spent.dividedBy(filledAmount).toNumber(),
      fees: decimal(order.fees).plus(fee).toNumber(),
    };
  }
  if (!isLive(order)) {
    const whole = Math.max(order.amount, executed.filledAmount);
    return { ...order, ...executed, amount: whole, updatedAt: Math.max(order.updatedAt, time) };
  }
  const unreserved = { ...order, reserved: 0 };
  return executed.filledAmount < order.amount
    ? transition(unreserved, 'partially-filled', executed, time)
    : transition(unreserved, 'filled', executed, time);
}

export function seal(draft: Draft, marks: VenueAccount['marks'] = draft.account.marks): VenueStep {
  const { account, changed, fills } = draft;
  if (changed.size === 0 && marks === account.marks) return { account, fills: [], changes: [] };
  const changes = [...changed].map((id) => draft.orders[id]!);
  const next: VenueAccount = {
    ...account,
    version: account.version + 1,
    cash: draft.cash.toString(),
    writtenOff: draft.writtenOff.toString(),
    positions: draft.positions,
    orders: draft.orders,
    fills: fills.length === 0 ? account.fills : [...account.fills, ...fills],
    marks,
    nextFill: draft.nextFill,
    rejected: draft.rejected,
    ...(draft.touches > 0 && { touches: draft.touches }),
  };
  return { account: next, fills, changes };
}
