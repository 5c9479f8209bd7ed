import { AppError } from '../errors.ts';
import { type Order, type OrderState } from './order.ts';

/**
 * Allowed next states of an order.
 *
 *   intended --> approved --> submitting --> open --> partially-filled --> filled
 *                                 |            |             |
 *                                 +----> unknown <-----------+
 *
 * `cancelled` and `expired` end an order from any state, `rejected` until the first fill.
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

/** Fields that a transition may change besides the state. */
export type OrderPatch = Partial<Pick<Order, 'approvalId' | 'reason' | 'filledAmount' | 'averagePrice' | 'fees'>>;

/** The order's state machine does not allow this transition. Not retryable. */
export class IllegalTransitionError extends AppError {
  readonly clientOrderId: string;
  readonly from: OrderState;
  readonly to: OrderState;

  constructor(order: Pick<Order, 'clientOrderId' | 'state'>, to: OrderState, why: string) {
    super('illegal-transition', `order ${order.clientOrderId} cannot go from ${order.state} to ${to}: ${why}`);
    this.name = 'IllegalTransitionError';
    this.clientOrderId = order.clientOrderId;
    this.from = order.state;
    this.to = to;
  }
}

/**
 * Applies one transition at market time `time`, epoch ms. @throws IllegalTransitionError
 *
 * @later the life of an order at a live venue
 */
export function transition(
  order: Order,
  to: OrderState,
  patch: OrderPatch,
  time: number,
  by: TransitionAuthority = 'company',
): Order {
  if (!canTransition(order.state, to, by)) {
    const venueOnly = canTransition(order.state, to, 'venue');
    throw new IllegalTransitionError(
      order,
      to,
      venueOnly ? 'only a report of the venue allows it' : 'the transition does not exist',
    );
  }
  const next: Order = { ...order, ...patch, state: to, updatedAt: Math.max(time, order.updatedAt) };
  if (next.filledAmount < order.filledAmount) {
    throw new IllegalTransitionError(
      order,
      to,
      `filled amount would fall from ${order.filledAmount} to ${next.filledAmount}`,
    );
  }
  if (next.filledAmount > next.amount) {
    throw new IllegalTransitionError(order, to, `${next.filledAmount} filled is more than the ${next.amount} ordered`);
  }
  if ((to === 'filled' || to === 'partially-filled') && next.filledAmount === 0) {
    throw new IllegalTransitionError(order, to, 'nothing was filled');
  }
  return next;
}
