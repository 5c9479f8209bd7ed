import { type Timeframe } from '../market/timeframe.ts';
import { type OrderSide } from '../market/side.ts';

export const ORDER_STATES = [
  'intended',
  'approved',
  'submitting',
  'open',
  'partially-filled',
  'filled',
  'cancelled',
  'rejected',
  'expired',
  'unknown',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** States of orders that may still change. */
export const UNENDED_STATES = [
  'intended',
  'approved',
  'submitting',
  'open',
  'partially-filled',
  'unknown',
] as const satisfies readonly OrderState[];

export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop-limit'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
/** How long a limit order lives: until it is cancelled, or for its arrival only (immediate or cancel). */
export type TimeInForce = 'GTC' | 'IOC';
/** Purpose of an order. `entry` opens a position; all others only shrink one. */
export const ORDER_PURPOSES = ['entry', 'exit', 'stop', 'target', 'reduce', 'flatten'] as const;
export type OrderPurpose = (typeof ORDER_PURPOSES)[number];

/**
 * Distance from the entry fill, with indicators already evaluated: a fraction of price, or quote currency per base
 * unit.
 */
export type Offset =
  { readonly kind: 'percent'; readonly value: number } | { readonly kind: 'absolute'; readonly value: number };

/** One of several targets. */
export interface TargetShare {
  readonly offset: Offset;
  /** Fraction of the filled entry, above 0; together at most 1. */
  readonly share: number;
}

/**
 * Protection of an entry; its orders become active in the bar in which the entry fills (docs/simulation-rules.md rule
 * 5).
 */
export interface Bracket {
  readonly stop: Offset;
  /** For the whole position; never together with `targets`. */
  readonly target?: Offset;
  /** Several targets for parts of the position, in any order (rule 23). */
  readonly targets?: readonly TargetShare[];
  readonly trailing?: Offset;
  /** Gain at which the stop moves to the entry price, at the close of the bar that reached it (rule 23). */
  readonly breakEven?: Offset;
  readonly maxHoldBars?: number;
}

/** Identity of an order across processes: two orders with the same identity are one order. */
export interface OrderIdentity {
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Open time of the candle whose close gave the signal, epoch ms. */
  readonly candleTime: number;
  readonly side: OrderSide;
  readonly purpose: OrderPurpose;
}

/** An order in the company's ledger. Amounts in base units, prices and fees in quote currency. */
export interface Order extends OrderIdentity {
  readonly account: string;
  /** Hash of the identity; sent to the venue. */
  readonly clientOrderId: string;
  readonly type: OrderType;
  readonly amount: number;
  /** Limit or stop level; absent for market orders. */
  readonly price?: number;
  /** Of a limit: it may only be a maker. */
  readonly postOnly?: boolean;
  /** Market time at which the company cancels what has not filled, epoch ms; of entries by limit. */
  readonly expiresAt?: number;
  /** Market time at which it was cancelled for that reason, epoch ms; written before the venue is asked. */
  readonly timedOutAt?: number;
  readonly bracket?: Bracket;
  /** The entry that this stop or target protects. */
  readonly parentId?: string;
  readonly approvalId?: string;
  readonly state: OrderState;
  readonly reason?: string;
  readonly filledAmount: number;
  readonly averagePrice?: number;
  readonly fees: number;
  /** Market time at which it was intended, epoch ms. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly cycleId?: string;
}

/** One execution. The venue assigns `id`, unique within an account. */
export interface Fill {
  readonly id: string;
  readonly account: string;
  readonly clientOrderId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly purpose: OrderPurpose;
  readonly amount: number;
  readonly price: number;
  readonly fee: number;
  /** Market time, epoch ms. */
  readonly time: number;
}
