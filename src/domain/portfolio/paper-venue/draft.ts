import { feeOf } from '../../backtest/fills.ts';
import { type Market } from '../../market/market.ts';
import { applyFill } from '../fold.ts';
import { type Decimal, decimal, ZERO } from '../money.ts';
import { type Position } from '../position.ts';
import {
  type FillCause,
  heldAmount,
  openOrdersOf,
  positionKey,
  type VenueAccount,
  type VenueFill,
  type VenueOrder,
} from './account.ts';

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
    fills: [],
    changed: new Set(),
  };
}

export function putOrder(draft: Draft, order: VenueOrder): void {
  const { clientOrderId, state } = order;
  draft.orders[clientOrderId] = order;
  draft.changed.add(clientOrderId);
  if (state === 'open') draft.open.add(clientOrderId);
  else draft.open.delete(clientOrderId);
}

/** The open orders in their current draft state. */
export function openInDraft({ open, orders }: Draft): readonly VenueOrder[] {
  return [...open].map((id) => orders[id]!);
}

export function rejectOrder(draft: Draft, order: VenueOrder, reason: string, time: number): void {
  draft.rejected[reason] = (draft.rejected[reason] ?? 0) + 1;
  putOrder(draft, { ...order, state: 'rejected', reason, reserved: 0, updatedAt: time });
}

export function cancelInDraft(draft: Draft, order: VenueOrder, reason: string, time: number): void {
  putOrder(draft, { ...order, state: 'cancelled', reason, reserved: 0, updatedAt: time });
}

/** Processing order: by arrival, then parents before legs, then strategy, then id. */
export function compareOrders(a: VenueOrder, b: VenueOrder): number {
  const legs = Number(a.parentId !== undefined) - Number(b.parentId !== undefined);
  return (
    a.readyAt - b.readyAt ||
    legs ||
    compareText(a.strategyHash, b.strategyHash) ||
    compareText(a.clientOrderId, b.clientOrderId)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Cash available to an entry: without cash reserved by resting limits and by earlier entries, and without the proceeds
 * and collateral of shorts (twice their sale value).
 */
export function freeCash(draft: Draft, order: VenueOrder): Decimal {
  const tied = Object.values(draft.positions)
    .filter(({ amount }) => amount < 0)
    .reduce((sum, { amount, averagePrice }) => sum.plus(decimal(amount).abs().times(averagePrice).times(2)), ZERO);
  const reserved = openInDraft(draft)
    .filter((other) => other.purpose === 'entry' && other.clientOrderId !== order.clientOrderId)
    .filter((other) => other.type === 'limit' || compareOrders(other, order) < 0)
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
}

export type VenueFees = Pick<Market, 'takerFeeRate' | 'makerFeeRate'>;

/** Applies a fill to cash, position and order. A partial fill ends the order: the rest is dropped. */
export function bookFill(draft: Draft, order: VenueOrder, execution: Execution, market: VenueFees): void {
  const { amount, price, liquidity, time, cause, ambiguous = false } = execution;
  const fee = feeOf(amount, price, liquidity === 'maker' ? market.makerFeeRate : market.takerFeeRate);
  const fill: VenueFill = {
    id: `${order.clientOrderId}.${draft.nextFill}`,
    account: draft.account.account,
    clientOrderId: order.clientOrderId,
    strategyHash: order.strategyHash,
    symbol: order.symbol,
    side: order.side,
    purpose: order.purpose,
    amount,
    price,
    fee,
    time,
    cause,
    ambiguous,
  };
  draft.nextFill += 1;
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
  putOrder(draft, {
    ...order,
    amount,
    state: 'filled',
    filledAmount: amount,
    averagePrice: price,
    fees: fee,
    reserved: 0,
    updatedAt: time,
  });
}

/** After a closing fill, cancels the other legs of its bracket and, when the position is flat, all its closing orders. */
export function cancelOrphans(draft: Draft, filled: VenueOrder, time: number): void {
  const isFlat = heldAmount(draft.positions, filled) === 0;
  for (const order of openInDraft(draft)) {
    if (order.purpose === 'entry') continue;
    if (order.symbol !== filled.symbol || order.strategyHash !== filled.strategyHash) continue;
    const sibling = filled.parentId !== undefined && order.parentId === filled.parentId;
    if (sibling) cancelInDraft(draft, order, `${filled.clientOrderId} filled instead`, time);
    else if (isFlat) cancelInDraft(draft, order, 'nothing left to close', time);
  }
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
  };
  return { account: next, fills, changes };
}
