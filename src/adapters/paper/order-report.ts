import { type Fill } from '../../domain/orders/order.ts';
import { type OrderReport } from '../../domain/orders/order-request.ts';
import { type VenueFill } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';

/** What of an order only the venue itself knows. */
interface Inner {
  readonly readyAt: unknown;
  readonly reserved: unknown;
  readonly trail?: unknown;
  readonly breakEven?: unknown;
  readonly waitsBars?: unknown;
  readonly expiresAt?: unknown;
  readonly restsSince?: unknown;
  readonly triggeredAt?: unknown;
  readonly bracket?: unknown;
  readonly createdAt: unknown;
}

export function reportOf(known: VenueOrder): OrderReport {
  const {
    readyAt: _r,
    reserved: _c,
    trail: _t,
    breakEven: _e,
    waitsBars: _w,
    expiresAt: _x,
    restsSince: _s,
    triggeredAt: _g,
    bracket: _b,
    createdAt: _a,
    ...order
  }: OrderReport & Inner = known;
  return order;
}

export function fillOf({ cause: _c, ambiguous: _a, touch: _t, ...fill }: VenueFill): Fill {
  return fill;
}
