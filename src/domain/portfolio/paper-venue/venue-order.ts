import {
  type Bracket,
  type OrderPurpose,
  type OrderState,
  type OrderType,
  type TimeInForce,
} from '../../orders/order.ts';
import { type OrderSide, type PositionSide } from '../../market/side.ts';

/** State of a trailing stop. The order's `price` is the current stop level. */
export interface Trail {
  /** Quote currency per base unit, fixed at the entry fill. */
  readonly distance: number;
  /** Best price for us over the bars closed since the entry. */
  readonly extreme: number;
  /** The fixed stop level. While it is closer to the price than the trailing level, the order is a plain stop. */
  readonly fixedStop: number;
}

/** A stop that moves to the entry price once a closed bar has reached a price (docs/simulation-rules.md rule 23). */
export interface BreakEven {
  readonly reachedAt: number;
  /** Level of the stop from then on. */
  readonly level: number;
}

/** Every order of the paper venue has these, in every state. */
interface OrderCore {
  readonly clientOrderId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly purpose: OrderPurpose;
  /** Base units; of an order that protects or closes a position, what is left of that. */
  readonly amount: number;
  /** The entry that this leg belongs to. When a leg of it fills, the venue cancels or shrinks the others. */
  readonly parentId?: string;
  readonly bracket?: Bracket;
  /** For the exit at the end of the holding time: bars that must still close before it is due. */
  readonly waitsBars?: number;
  readonly expireBars?: number;
  /** Open time of the bar at which it expires; known from its first bar on. */
  readonly expiresAt?: number;
  /** Earliest market time at which it may fill: its arrival, or the end of its holding time. */
  readonly readyAt: number;
  /** Cash reserved while it is an open entry, estimated at the last close. */
  readonly reserved: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface MarketTerms {
  readonly type: 'market';
}

export interface LimitTerms {
  readonly type: 'limit';
  readonly price: number;
  readonly timeInForce?: TimeInForce;
  readonly postOnly?: boolean;
  /** Open time of the bar at which it arrived and was not filled: from then on it is a maker. */
  readonly restsSince?: number;
}

export interface StopTerms {
  readonly type: 'stop';
  readonly price: number;
  readonly trail?: Trail;
  readonly breakEven?: BreakEven;
  /** Market time at which it was touched, where the volume of that bar left a rest: that is a market order. */
  readonly triggeredAt?: number;
}

export interface StopLimitTerms {
  readonly type: 'stop-limit';
  /** Limit. */
  readonly price: number;
  readonly triggerPrice: number;
  /** Market time at which it was touched and did not fill: a resting limit since. */
  readonly triggeredAt?: number;
}

/** What an order asks for, by its type. */
export type OrderTerms = MarketTerms | LimitTerms | StopTerms | StopLimitTerms;

interface Unfilled {
  readonly filledAmount: 0;
  readonly fees: 0;
}

interface Executed {
  readonly filledAmount: number;
  readonly averagePrice: number;
  readonly fees: number;
}

export type OpenOrder = OrderCore & OrderTerms & Unfilled & { readonly state: 'open' };
type PartialOrder = OrderCore & OrderTerms & Executed & { readonly state: 'partially-filled' };
export type FilledOrder = OrderCore & OrderTerms & Executed & { readonly state: 'filled' };
/** Ended by a request, by another order, or by time; what was filled stays. */
export type EndedOrder = OrderCore &
  OrderTerms & {
    readonly state: 'cancelled' | 'expired';
    readonly reason: string;
    readonly filledAmount: number;
    readonly averagePrice?: number;
    readonly fees: number;
  };
/** Terms as they were asked for: they may be the reason. */
type RejectedOrder = OrderCore &
  Unfilled & {
    readonly state: 'rejected';
    readonly reason: string;
    readonly type: OrderType;
    readonly price?: number;
    readonly triggerPrice?: number;
    readonly timeInForce?: TimeInForce;
    readonly postOnly?: boolean;
  };

/** An order as it came, before the venue has accepted it; its terms may be incomplete. */
export type AskedOrder = Omit<RejectedOrder, 'state' | 'reason'> & { readonly state: 'submitting' };

/** What every order begins with at market time `time` (epoch ms): nothing is reserved or filled. */
export const newAt = (time: number) =>
  ({ readyAt: time, reserved: 0, filledAmount: 0, fees: 0, createdAt: time, updatedAt: time }) as const;

/** An order that may still fill. */
export type LiveOrder = OpenOrder | PartialOrder;
export type VenueOrder = LiveOrder | FilledOrder | EndedOrder | RejectedOrder;

export type LimitOrder = Extract<LiveOrder, LimitTerms>;
export type StopOrder = Extract<LiveOrder, StopTerms>;
export type StopLimitOrder = Extract<LiveOrder, StopLimitTerms>;

/** Whether an order of this state may still fill. */
export const isLiveState = (state: OrderState): state is LiveOrder['state'] =>
  state === 'open' || state === 'partially-filled';

export const isLive = (order: VenueOrder): order is LiveOrder => isLiveState(order.state);

export const isEntry = ({ purpose }: Pick<OrderCore, 'purpose'>): boolean => purpose === 'entry';

/** Side of the position that this order would close; entry orders use the exit rules of the opposite side. */
export const restsFor = ({ side }: Pick<OrderCore, 'side'>): PositionSide => (side === 'sell' ? 'long' : 'short');

type Ranked = Pick<OrderCore, 'readyAt' | 'parentId' | 'strategyHash' | 'clientOrderId'>;

/** Processing order: by arrival, then parents before legs, then strategy, then id. */
export function compareOrders(a: Ranked, b: Ranked): number {
  const legs = Number(a.parentId !== undefined) - Number(b.parentId !== undefined);
  return (
    a.readyAt - b.readyAt ||
    legs ||
    compareText(a.strategyHash, b.strategyHash) ||
    compareText(a.clientOrderId, b.clientOrderId)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
