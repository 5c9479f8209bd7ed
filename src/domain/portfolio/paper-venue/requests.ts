import { AppError } from '../../errors.ts';
import { type Market } from '../../market/market.ts';
import { exceedsFunds } from '../../strategies/sizing.ts';
import { roundAgainstUs, roundDownToStep } from '../../market/rounding.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { type VenueAccount, heldAmount, type VenueOrder } from './account.ts';
import { cancelInDraft, draftOf, freeCash, putOrder, rejectOrder, seal, type VenueStep } from './draft.ts';

/** A step and the order it concerns. */
export interface VenueAnswer extends VenueStep {
  readonly order: VenueOrder;
}

/**
 * Submits an order at market time `time` (epoch ms). The order is open, or rejected with a reason; market orders fill
 * at the next candle's open. An id that the account has changes nothing and returns the existing order; the caller looks
 * up those that were moved out of it (past.ts).
 * @throws AppError `internal` when the request is for another account or market.
 */
export function submitOrder(account: VenueAccount, request: OrderRequest, market: Market, time: number): VenueAnswer {
  if (request.account !== account.account || request.symbol !== market.symbol) {
    throw new AppError(
      'internal',
      `order ${request.clientOrderId} of ${request.account} on ${request.symbol} reached ${account.account} on ${market.symbol}`,
    );
  }
  const known = account.orders[request.clientOrderId];
  if (known) return { account, fills: [], changes: [], order: known };

  const { account: _, price, ...rest } = request;
  const amount = roundDownToStep(request.amount, market.stepSize);
  const level = price === undefined ? undefined : roundAgainstUs(price, market.tickSize, request.side);
  const estimate = level ?? account.marks[request.symbol]?.close ?? 0;
  const order: VenueOrder = {
    ...rest,
    amount,
    ...(level !== undefined && { price: level }),
    state: 'open',
    readyAt: time,
    reserved: request.purpose === 'entry' ? amount * estimate * (1 + market.takerFeeRate) : 0,
    filledAmount: 0,
    fees: 0,
    createdAt: time,
    updatedAt: time,
  };
  const draft = draftOf(account);
  const objection = objectionTo(order, market, heldAmount(account.positions, order));
  const unpaid = order.purpose === 'entry' && !isPayable(order, freeCash(draft, order).toNumber());
  if (objection !== null) rejectOrder(draft, order, objection, time);
  else if (unpaid) rejectOrder(draft, order, 'insufficient-funds', time);
  else putOrder(draft, order);
  return { ...seal(draft), order: draft.orders[order.clientOrderId]! };
}

/** Faults that do not depend on the market's future. Notional and funds of market orders are checked at the fill. */
function objectionTo(order: VenueOrder, market: Market, held: number): string | null {
  const { side, type, purpose, amount, price } = order;
  const needsPrice = type !== 'market';
  if (!Number.isFinite(amount) || (needsPrice && !(price !== undefined && price > 0))) return 'invalid-order';
  if (amount <= 0 || amount < market.minAmount) return 'below-minimum';
  if (needsPrice && amount * price! < market.minNotional) return 'below-minimum';
  if (purpose === 'entry') return side === 'sell' && market.kind === 'spot' ? 'short-on-spot' : null;
  const closes = side === 'sell' ? held > 0 : held < 0;
  return closes ? null : 'nothing-to-close';
}

/** The price of a market order is not known yet, so it is rejected only when no cash is free. */
function isPayable(order: VenueOrder, free: number): boolean {
  return order.type === 'market' ? free > 0 : !exceedsFunds(order.reserved, free);
}

/**
 * Cancels an open order. A closed or unknown order changes nothing; `order` is null when the account has none of the id.
 */
export function cancelOrder(
  account: VenueAccount,
  clientOrderId: string,
  time: number,
): VenueStep & { readonly order: VenueOrder | null } {
  const order = account.orders[clientOrderId] ?? null;
  if (order?.state !== 'open') return { account, fills: [], changes: [], order };
  const draft = draftOf(account);
  cancelInDraft(draft, order, 'cancelled on request', time);
  return { ...seal(draft), order: draft.orders[clientOrderId]! };
}
