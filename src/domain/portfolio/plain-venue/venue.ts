import { type Market } from '../../market/market.ts';
import { type OrderRequest } from '../../orders/order-request.ts';
import { decimal } from '../money.ts';
import { heldAmount, openAccount, openOrdersOf, type VenueAccount } from '../paper-venue/account.ts';
import { addedAmount, unfilledOf } from '../paper-venue/closing.ts';
import { freeCash } from '../paper-venue/draft.ts';
import { isTooSmall, type ObjectTo, submitOrder, type VenueAnswer } from '../paper-venue/requests.ts';
import { exceedsFunds } from '../../strategies/sizing.ts';

/*
 * A venue as exchanges are: it knows client order ids, sides, amounts and prices, and no strategies, brackets or purposes.
 * All orders of an account belong to one owner and net into one position a market. Candles are played by the phases of the
 * paper venue (paper-venue/on-candle.ts).
 */

/** Owner of every order and position here. */
const OWNER = 'account';

/** What a plain venue is told of an order. Amount in base units, prices in quote currency. */
export type PlainRequest = Pick<
  OrderRequest,
  | 'clientOrderId'
  | 'symbol'
  | 'side'
  | 'type'
  | 'amount'
  | 'price'
  | 'triggerPrice'
  | 'timeInForce'
  | 'postOnly'
  | 'expireBars'
>;

/** An account without orders. @param cash in quote currency @throws AppError `internal` unless it is above zero */
export const openVenue = (account: string, cash: number | string, quote: string): VenueAccount => ({
  ...openAccount(account, cash, quote),
  nets: true,
});

/** Base units of a market: negative is short. */
export const netPosition = ({ positions }: Pick<VenueAccount, 'positions'>, symbol: string): number =>
  heldAmount(positions, { symbol, strategyHash: OWNER });

/** Base units that no open sell holds, on spot. */
export function freeBase(venue: VenueAccount, symbol: string): number {
  return openOrdersOf(venue)
    .filter((order) => order.symbol === symbol && order.side === 'sell')
    .reduce((free, order) => free.minus(unfilledOf(order)), decimal(netPosition(venue, symbol)))
    .toNumber();
}

/**
 * Submits an order at market time `time` (epoch ms); an id that the venue knows changes nothing. On spot an open sell holds
 * base and an open buy holds quote, so that two sells cannot be backed by the same base. On derivatives an order may close,
 * open or turn the position: what it adds must be paid for.
 */
export function placeOrder(venue: VenueAccount, request: PlainRequest, market: Market, time: number): VenueAnswer {
  // The phases of a bar play sells of spot as closing orders, and buys as what has to be paid.
  const purpose = market.kind === 'spot' && request.side === 'buy' ? 'entry' : 'exit';
  const order = { ...request, account: venue.account, strategyHash: OWNER, purpose } as const;
  return submitOrder(venue, order, market, time, objectTo);
}

const objectTo: ObjectTo = (asked, market, draft) => {
  if (isTooSmall(asked, market)) return 'below-minimum';
  const { account } = draft;
  const { symbol, side, amount } = asked;
  if (market.kind === 'spot') {
    return side === 'sell' && amount > freeBase(account, symbol) ? 'insufficient-funds' : null;
  }
  const added = addedAmount(netPosition(account, symbol), side, amount);
  const price = asked.price ?? account.marks[symbol]?.close ?? 0;
  return added > 0 && exceedsFunds(added * price, freeCash(draft, asked).toNumber()) ? 'insufficient-funds' : null;
};
