import { type Bracket, type OrderPurpose, type OrderState, type OrderType, type TimeInForce } from './order.ts';
import { type OrderSide } from '../market/side.ts';

/**
 * A request to a venue (docs/simulation-rules.md rules 20 to 22). Amounts in base units; `price` is the limit, or the
 * level of a stop.
 */
export interface OrderRequest {
  readonly account: string;
  /** The venue treats a second request with the same id as the same order. */
  readonly clientOrderId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly purpose: OrderPurpose;
  readonly amount: number;
  readonly price?: number;
  /** Level at which a stop-limit becomes a limit at `price`. */
  readonly triggerPrice?: number;
  /** Of a limit. @default 'GTC' */
  readonly timeInForce?: TimeInForce;
  /** A limit that would fill on its arrival is rejected instead. @default false */
  readonly postOnly?: boolean;
  /** Bars after which what has not filled expires. @default it never does */
  readonly expireBars?: number;
  readonly bracket?: Bracket;
}

/** An order as reported by the venue, which is the only authority on its state. */
export interface OrderReport extends Omit<OrderRequest, 'account' | 'bracket'> {
  /** The entry that this leg belongs to. */
  readonly parentId?: string;
  readonly state: OrderState;
  readonly filledAmount: number;
  readonly averagePrice?: number;
  readonly fees: number;
  readonly reason?: string;
  readonly updatedAt: number;
}
