import { AppError } from '../errors.ts';
import { type Order, type OrderState } from './order.ts';

/**
 * Allowed next states of an order.
 *
 *   intended --> approved --> submitting --> open --> partially-filled --> filled
 *                                 |            |             |
 *                                 +----> unknown <-----------+
 *
 * `cancelled` and `expired` end an order from any state, `rejected` until the first fill. Only a fill at the venue that the
 * ledger did not know of overrules these ends: canRevive().
 *
 * An ambiguous answer of the venue makes an order `unknown`, and only a report of the venue can change that state. An
 * order that the venue does not know goes back to `submitting` under the same client order id.
 */
const NEXT: Readonly<Record<OrderState, readonly OrderState[]>> = {
  intended: ['approved', 'cancelled', 'rejected', 'expired'],
  approved: ['submitting', 'cancelled', 'rejected', 'expired'],
  submitting: ['open', 'partially-filled', 'filled', 'cancelled', 'rejected', 'expired', 'unknown'],
  open: ['partially-filled', 'filled', 'cancelled', 'rejected', 'expired', 'unknown'],
  'partially-filled': ['partially-filled', 'filled', 'cancelled', 'expired', 'unknown'],
  unknown: ['submitting', 'open', 'partially-filled', 'filled', 'cancelled', 'rejected', 'expired'],
  filled: [],
  cancelled: [],
  rejected: [],
  expired: [],
};

/** Source of a transition. */
export type TransitionAuthority = 'company' | 'venue';

export function isTerminal(state: OrderState): boolean {
  return NEXT[state].length === 0;
}

export function canTransition(from: OrderState, to: OrderState, by: TransitionAuthority = 'company'): boolean {
  return NEXT[from].includes(to) && (from !== 'unknown' || by === 'venue');
}

/** States of an order that has ended before all of it was filled. */
export const ENDED_UNFILLED: ReadonlySet<OrderState> = new Set(['cancelled', 'rejected', 'expired']);

/**
 * Whether a report of the venue overrules the end of an order: the company ends what the venue does not know, and a request
 * that was on its way meanwhile may still be carried out. Only a fill proves that.
 */
export function canRevive(
  order: Pick<OrderProgress, 'state' | 'filledAmount'>,
  report: Pick<OrderProgress, 'filledAmount'>,
): boolean {
  return ENDED_UNFILLED.has(order.state) && report.filledAmount > order.filledAmount;
}

/** What a transition reads of an order: a row of the ledger and an order of the paper venue both have it. */
export interface OrderProgress {
  readonly clientOrderId: string;
  readonly state: OrderState;
  readonly amount: number;
  readonly filledAmount: number;
  readonly updatedAt: number;
}

/** Fields that a transition may change besides the state. */
export type OrderPatch = Partial<Pick<Order, 'approvalId' | 'reason' | 'filledAmount' | 'averagePrice' | 'fees'>>;

/** An order after a transition: the type has its new state and what the transition has set. */
export type Moved<O, S extends OrderState, P> = O extends unknown
  ? Omit<O, keyof P | 'state' | 'updatedAt'> & P & { readonly state: S; readonly updatedAt: number }
  : never;

/** The order's state machine does not allow this transition. Not retryable. */
export class IllegalTransitionError extends AppError {
  readonly clientOrderId: string;
  readonly from: OrderState;
  readonly to: OrderState;

  constructor(order: Pick<OrderProgress, 'clientOrderId' | 'state'>, to: OrderState, why: string) {
    super('illegal-transition', `order ${order.clientOrderId} cannot go from ${order.state} to ${to}: ${why}`);
    this.name = 'IllegalTransitionError';
    this.clientOrderId = order.clientOrderId;
    this.from = order.state;
    this.to = to;
  }
}

/** Applies one transition at market time `time`, epoch ms. @throws IllegalTransitionError */
export function transition<O extends OrderProgress, S extends OrderState, P extends OrderPatch>(
  order: O,
  to: S,
  patch: P,
  time: number,
  by: TransitionAuthority = 'company',
): Moved<O, S, P> {
  if (!canTransition(order.state, to, by)) {
    const venueOnly = canTransition(order.state, to, 'venue');
    throw new IllegalTransitionError(
      order,
      to,
      venueOnly ? 'only a report of the venue allows it' : 'the transition does not exist',
    );
  }
  const { amount, filledAmount: before } = order;
  const filled = patch.filledAmount ?? before;
  if (filled < before) {
    throw new IllegalTransitionError(order, to, `filled amount would fall from ${before} to ${filled}`);
  }
  if (filled > amount) {
    throw new IllegalTransitionError(order, to, `${filled} filled is more than the ${amount} ordered`);
  }
  if ((to === 'filled' || to === 'partially-filled') && filled === 0) {
    throw new IllegalTransitionError(order, to, 'nothing was filled');
  }
  const next = { ...order, ...patch, state: to, updatedAt: Math.max(time, order.updatedAt) };
  // The compiler does not see through a spread of a generic type.
  return next as unknown as Moved<O, S, P>;
}
