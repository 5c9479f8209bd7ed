import { type Timeframe } from '../domain/market/timeframe.ts';
import { type Fill, type OrderType } from '../domain/orders/order.ts';
import { type Irregularities } from '../domain/portfolio/irregularities.ts';
import { type Position } from '../domain/portfolio/position.ts';
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
  /** Losses of shorts beyond the cash, which the venue bears. */
  readonly writtenOff: number;
  /** What the venue did that was not wanted; absent where it cannot. */
  readonly irregularities?: Irregularities;
  /** Market time of the marks. */
  readonly time: number;
}

/** The candles of one open time (epoch ms) that have closed, or were due and are missing. */
export interface ClosedCandles {
  readonly account: string;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly candleTime: number;
  /** Trading is HALTED: exits at the end of a holding time wait. */
  readonly timeExitsWait?: boolean;
}

/** A position at the venue. */
export type VenuePosition = Pick<Position, 'strategyHash' | 'symbol' | 'amount'>;

/** A market that failed alone, while others went on. */
export interface MarketFailure {
  readonly symbol: string;
  readonly error: unknown;
}

/** What a venue does by itself. What it does not do, the company does or refuses. */
export interface VenueCapabilities {
  /** Protection of an entry acts from its fill on; elsewhere from the close of the bar that filled it. */
  readonly brackets: boolean;
  /** A closing order never opens or turns a position, whatever was filled before it arrived. */
  readonly reduceOnly: boolean;
  /** Other types are rejected. */
  readonly orderTypes: readonly OrderType[];
}

export interface Broker {
  readonly capabilities: VenueCapabilities;
  /** Creates the paper account with its starting cash if it does not exist; does nothing on a real venue. */
  open(account: string): Promise<void>;
  submit(request: PlacedRequest): Promise<OrderReport>;
  /** Null when the venue does not know the order. */
  fetchOrder(account: string, clientOrderId: string): Promise<OrderReport | null>;
  /** The order and its bracket orders. */
  fetchGroup(account: string, clientOrderId: string): Promise<readonly OrderReport[]>;
  openOrders(account: string): Promise<readonly OrderReport[]>;
  cancel(account: string, clientOrderId: string): Promise<OrderReport | null>;
  /**
   * Fills of the account after the one with the id `after`, in the venue's order; all with null. Ids are unique and stable.
   * @throws AppError `fills-missing` when the venue no longer has all of them.
   */
  fills(account: string, after: string | null): Promise<readonly Fill[]>;
  /** Open positions. */
  positions(account: string): Promise<readonly VenuePosition[]>;
  /** What is held beyond the shares of the strategies at a venue that nets; none at a venue that knows strategies. */
  unassigned(account: string): Promise<readonly VenuePosition[]>;
  balance(account: string): Promise<VenueBalance>;
  /**
   * Lets a paper venue process the closed candles of these markets (docs/simulation-rules.md), in this order, with those
   * before them that it has not processed yet; idempotent per market and candle. Returns the markets whose candles could
   * not be read: they are processed with the next ones. Does nothing on a real venue, which fills by itself.
   */
  onCandles(closed: ClosedCandles): Promise<readonly MarketFailure[]>;
}
