import { AppError } from '../../errors.ts';
import { type Market } from '../../market/market.ts';
import { exceedsFunds } from '../../strategies/sizing.ts';
import { roundAgainstUs, roundDownToStep } from '../../market/rounding.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { transition } from '../../orders/state-machine.ts';
import { type VenueAccount, heldAmount } from './account.ts';
import { acceptedTerms } from './accepted-terms.ts';
import { type Draft, draftOf, endInDraft, freeCash, putOrder, rejectInDraft, seal, type VenueStep } from './draft.ts';
import { type AskedOrder, isEntry, isLive, newAt, type VenueOrder } from './venue-order.ts';

/** Why an order is rejected at once; null when it is not. */
export type ObjectTo = (asked: AskedOrder, market: Market, draft: Draft) => string | null;

/** A step and the order it concerns. */
export interface VenueAnswer extends VenueStep {
  readonly order: VenueOrder;
}

/**
 * Submits an order at market time `time` (epoch ms). The order is open, or rejected with a reason; market orders fill
 * at the next candle's open. An id that the account has changes nothing and returns the existing order; the caller looks
 * up those that were moved out of it (past.ts).
 * @param objectTo says why an order with valid terms is rejected
 * @throws AppError `internal` when the request is for another account or market.
 */
export function submitOrder(
  account: VenueAccount,
  request: OrderRequest,
  market: Market,
  time: number,
  objectTo: ObjectTo = objectionTo,
): VenueAnswer {
  if (request.account !== account.account || request.symbol !== market.symbol) {
    throw new AppError(
      'internal',
      `order ${request.clientOrderId} of ${request.account} on ${request.symbol} reached ${account.account} on ${market.symbol}`,
    );
  }
  const known = account.orders[request.clientOrderId];
  if (known) return { account, fills: [], changes: [], order: known };

  const { account: _, price, triggerPrice, ...rest } = request;
  const amount = roundDownToStep(request.amount, market.stepSize);
  const level = price === undefined ? undefined : levelOnTick(price, request, market);
  const estimate = level ?? account.marks[request.symbol]?.close ?? 0;
  const asked: AskedOrder = {
    ...rest,
    amount,
    ...(level !== undefined && { price: level }),
    ...(triggerPrice !== undefined && {
      triggerPrice: roundAgainstUs(triggerPrice, market.tickSize, request.side),
    }),
    state: 'submitting',
    ...newAt(time),
    reserved: request.purpose === 'entry' ? amount * estimate * (1 + market.takerFeeRate) : 0,
  };
  const draft = draftOf(account);
  const terms = acceptedTerms(asked);
  const objection = terms === null ? 'invalid-order' : objectTo(asked, market, draft);
  const unpaid = isEntry(asked) && !isPayable(asked, freeCash(draft, asked).toNumber());
  if (objection !== null) rejectInDraft(draft, asked, objection, time);
  else if (unpaid) rejectInDraft(draft, asked, 'insufficient-funds', time);
  else putOrder(draft, transition({ ...asked, ...terms! }, 'open', {}, time));
  return { ...seal(draft), order: draft.orders[asked.clientOrderId]! };
}

/** A stop is rounded against us; a limit is the worst price that was asked for, so it is rounded the other way. */
function levelOnTick(price: number, { side, type }: OrderRequest, { tickSize }: Market): number {
  const isLimit = type === 'limit' || type === 'stop-limit';
  const other = side === 'buy' ? 'sell' : 'buy';
  return roundAgainstUs(price, tickSize, isLimit ? other : side);
}

/** Faults that do not depend on the market's future. Notional and funds of market orders are checked at the fill. */
function objectionTo(asked: AskedOrder, market: Market, { positions }: Draft): string | null {
  if (isTooSmall(asked, market)) return 'below-minimum';
  const { side, purpose } = asked;
  const held = heldAmount(positions, asked);
  if (purpose === 'entry') return side === 'sell' && market.kind === 'spot' ? 'short-on-spot' : null;
  const closes = side === 'sell' ? held > 0 : held < 0;
  return closes ? null : 'nothing-to-close';
}

/** Below the market's minimum, as far as its price is known. */
export const isTooSmall = ({ amount, price }: Pick<AskedOrder, 'amount' | 'price'>, market: Market): boolean =>
  amount <= 0 || amount < market.minAmount || (price !== undefined && amount * price < market.minNotional);

/** The price of a market order is not known yet, so it is rejected only when no cash is free. */
function isPayable(order: AskedOrder, free: number): boolean {
  return order.type === 'market' ? free > 0 : !exceedsFunds(order.reserved, free);
}

/**
 * Cancels an order that may still fill; what was filled stays. A closed or unknown order changes nothing; `order` is null when the account has none of the id.
 */
export function cancelOrder(
  account: VenueAccount,
  clientOrderId: string,
  time: number,
): VenueStep & { readonly order: VenueOrder | null } {
  const order = account.orders[clientOrderId] ?? null;
  if (!order || !isLive(order)) return { account, fills: [], changes: [], order };
  const draft = draftOf(account);
  endInDraft(draft, order, 'cancelled', 'cancelled on request', time);
  return { ...seal(draft), order: draft.orders[clientOrderId]! };
}
