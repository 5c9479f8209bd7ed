import { type Bracket } from '../../../src/domain/orders/order.ts';
import { type OrderReport } from '../../../src/domain/orders/order-request.ts';

/** What moves by itself in an order that protects a position. */
export type Leg =
  | { readonly kind: 'stop' | 'target' }
  | { readonly kind: 'trailing'; readonly distance: number; readonly best: number }
  | { readonly kind: 'time-exit'; readonly barsLeft: number };

/** An order as the venue keeps it. */
export interface VenueOrder extends OrderReport {
  readonly bracket?: Bracket;
  readonly leg?: Leg;
  /** Market time of arrival: it fills in candles that open then or later. */
  readonly readyAt: number;
}
