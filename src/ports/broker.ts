import { type Timeframe } from '../domain/market/timeframe.ts';
import {
  type Bracket,
  type Fill,
  type OrderPurpose,
  type OrderSide,
  type OrderState,
  type OrderType,
} from '../domain/orders/order.ts';

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
  readonly bracket?: Bracket;
  /** Market time of the decision, epoch ms: a paper venue fills no earlier. */
  readonly time: number;
}

/** An order as the venue reports it; the only authority on what happened. */
export interface VenueOrder {
  readonly clientOrderId: string;
  readonly parentId?: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly purpose: OrderPurpose;
  readonly amount: number;
  readonly price?: number;
  readonly state: OrderState;
  readonly filledAmount: number;
  readonly averagePrice?: number;
  readonly fees: number;
  readonly reason?: string;
  readonly updatedAt: number;
}

export interface VenueBalance {
  readonly cash: number;
  readonly equity: number;
  /** Notional of open positions at the last price, quote currency. */
  readonly exposure: number;
  /** Market time of the marks. */
  readonly time: number;
}

export interface Broker {
  /** Makes sure the paper account exists with its starting cash; a no-op on a real venue. */
  open(account: string): Promise<void>;
  submit(request: OrderRequest): Promise<VenueOrder>;
  /** Null when the venue does not know it. */
  fetchOrder(account: string, clientOrderId: string): Promise<VenueOrder | null>;
  /** The order and its protective children. */
  fetchGroup(account: string, clientOrderId: string): Promise<readonly VenueOrder[]>;
  openOrders(account: string): Promise<readonly VenueOrder[]>;
  cancel(account: string, clientOrderId: string): Promise<VenueOrder | null>;
  /** Every fill of the account at or after this market time; `id`s are unique and stable. */
  fills(account: string, since: number): Promise<readonly Fill[]>;
  balance(account: string): Promise<VenueBalance>;
  /**
   * Lets a paper venue act on one closed candle (fill-spec.md); idempotent per symbol and candle.
   * A no-op on a real venue, which fills by itself.
   */
  onCandle(account: string, symbol: string, timeframe: Timeframe, candleTime: number): Promise<void>;
}
