import { type Timeframe } from '../domain/market/timeframe.ts';
import { type Fill } from '../domain/orders/order.ts';
import { type OrderReport, type OrderRequest } from '../domain/orders/order-request.ts';

export interface PlacedRequest extends OrderRequest {
  /** Market time of the decision, epoch ms: a paper venue fills no earlier. */
  readonly time: number;
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
  /** Creates the paper account with its starting cash if it does not exist; does nothing on a real venue. */
  open(account: string): Promise<void>;
  submit(request: PlacedRequest): Promise<OrderReport>;
  /** Null when the venue does not know the order. */
  fetchOrder(account: string, clientOrderId: string): Promise<OrderReport | null>;
  /** The order and its bracket orders. */
  fetchGroup(account: string, clientOrderId: string): Promise<readonly OrderReport[]>;
  openOrders(account: string): Promise<readonly OrderReport[]>;
  cancel(account: string, clientOrderId: string): Promise<OrderReport | null>;
  /** All fills of the account at or after this market time; ids are unique and stable. */
  fills(account: string, since: number): Promise<readonly Fill[]>;
  balance(account: string): Promise<VenueBalance>;
  /**
   * Lets a paper venue process one closed candle (docs/simulation-rules.md); idempotent per symbol and candle. Does
   * nothing on a real venue, which fills by itself.
   */
  onCandle(account: string, symbol: string, timeframe: Timeframe, candleTime: number): Promise<void>;
}
