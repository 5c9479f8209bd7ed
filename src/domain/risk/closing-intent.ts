import { type OrderSide } from '../market/side.ts';
import { clientOrderId } from '../orders/client-order-id.ts';
import { type OrderIdentity } from '../orders/order.ts';
import { type Intent } from './intent.ts';

export interface Closing {
  readonly account: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: OrderIdentity['timeframe'];
  readonly purpose: 'flatten' | 'reduce';
  readonly side: OrderSide;
  /** Base units to close, above 0. */
  readonly amount: number;
  /** Last price, quote currency. */
  readonly price: number;
  /** Market time of the decision, epoch ms. */
  readonly asOf: number;
  /** Part of the order's id: the same value repeats the order, another one is a new order. */
  readonly candleTime: number;
  readonly because: string;
}

/** The intent of an order that closes all or a part of a position, whoever ordered it. */
export function closingIntent({ amount, price, account, asOf, because, ...rest }: Closing): Intent {
  const { strategyHash, symbol, timeframe, candleTime, side, purpose } = rest;
  const identity: OrderIdentity = { strategyHash, symbol, timeframe, candleTime, side, purpose };
  return {
    ...identity,
    id: clientOrderId(identity),
    account,
    asOf,
    referencePrice: price,
    requestedFraction: 0,
    closeAmount: amount,
    volatility: 0,
    because,
  };
}
