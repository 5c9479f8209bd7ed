import { ORDER_PURPOSES } from '../../domain/orders/order.ts';
import { number, oneOf, text } from './fields.ts';
import { ORDER_SIDES } from '../../domain/market/side.ts';

/** Columns of an OrderIdentity, shared by intents and by the orders made from them. */
export const orderIdentity = {
  strategyHash: text,
  symbol: text,
  timeframe: text,
  candleTime: number,
  side: oneOf(ORDER_SIDES),
  purpose: oneOf(ORDER_PURPOSES),
};
