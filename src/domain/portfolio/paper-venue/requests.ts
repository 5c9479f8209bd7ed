import { AppError } from '../../errors.ts';
import { type Market } from '../../market/market.ts';
import { roundAgainstUs, roundDownToStep } from '../../market/rounding.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { type VenueAccount, heldAmount, type VenueOrder } from './account.ts';
import { cancelInDraft, draftOf, freeCash, putOrder, rejectOrder, seal, type VenueStep } from './draft.ts';

/** A step, and the order it was about as it stands now. */
export interface VenueAnswer extends VenueStep {
  readonly order: VenueOrder;
}

/**
 * Takes an order at market time `time`. It is open or rejected with a reason; market orders fill at the next candle's
 * open. An id that was ever seen changes nothing and gets the order as it stands.
 * @throws AppError `internal` when the request is about another account or market.
 */
export function submitOrder(account: VenueAccount, request: OrderRequest, market: Market, time: number): VenueAnswer {
  if (request.account !== account.account || request.symbol !== market.symbol) {
    throw new AppError(
      'internal',
      `order ${request.clientOrderId} of ${request.account} on ${request.symbol} reached ${account.account} on ${market.symbol}`,
    );
  }
  const known = knownOrder(account, request);
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

function knownOrder(account: VenueAccount, { account: _, ...request }: OrderRequest): VenueOrder | null {
  const order = account.orders[request.clientOrderId];
  if (order) return order;
  const settled = account.settled[request.clientOrderId];
  if (!settled) return null;
  return { ...request, ...settled, readyAt: settled.updatedAt, reserved: 0, createdAt: settled.updatedAt };
}

/** What no market could make good; notional and funds of market orders are known only at the fill. */
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

/** A market order's price is not known yet: it is refused here only when there is no money at all. */
function isPayable(order: VenueOrder, free: number): boolean {
  return order.type === 'market' ? free > 0 : order.reserved <= free;
}

/** Cancels an open order. A closed or unknown one changes nothing; `order` is null when the venue has never seen it. */
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
