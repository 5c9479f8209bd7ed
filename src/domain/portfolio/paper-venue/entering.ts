import { feeOf } from '../../backtest/fills.ts';
import { DUST, isBelowMinimum } from '../../strategies/sizing.ts';
import { decimal } from '../money.ts';
import { heldAmount } from './account.ts';
import { type BarStep } from './bar-step.ts';
import { bookFill, type Execution, freeCash, liveInDraft, putOrder, rejectInDraft } from './draft.ts';
import { bracketFault, legsOf } from './legs.ts';
import { entryPart, takeVolume } from './participation.ts';
import { type LiveOrder } from './venue-order.ts';

/**
 * Fills an entry and creates its bracket, unless funds, minimum or an opposite position forbid it. What the volume of
 * the bar does not fill is cancelled at its close (docs/simulation-rules.md rule 24). Returns whether it filled.
 */
export function enter(step: BarStep, listed: LiveOrder, execution: Omit<Execution, 'amount' | 'cause'>): boolean {
  const { draft, terms } = step;
  const { market } = terms;
  const order = liveInDraft(draft, listed);
  if (order?.state !== 'open') return false;
  const { price, liquidity, time } = execution;
  const amount = entryPart(order.amount, step.volumeLeft, price, market);
  const rate = liquidity === 'maker' ? market.makerFeeRate : market.takerFeeRate;
  const cost = decimal(amount)
    .times(price)
    .plus(feeOf(amount, price, rate));
  const fault = bracketFault(order, price, market.tickSize, terms.slippageRate);
  const free = freeCash(draft, order);
  const isUnpaid = !free.isPositive() || free.isZero() || cost.greaterThan(free.times(1 + DUST));
  const held = heldAmount(draft.positions, order);
  const against = order.side === 'buy' ? held < 0 : held > 0;
  const objection = against
    ? 'opposite-position'
    : (fault ??
      (isUnpaid ? 'insufficient-funds' : isBelowMinimum(order.amount, price, market) ? 'below-minimum' : null));
  if (objection !== null) {
    rejectInDraft(draft, order, objection, time);
    return false;
  }
  if (amount < order.amount) step.starved.add(order.clientOrderId);
  if (amount === 0) return false;
  bookFill(draft, order, { ...execution, amount, cause: 'entry' }, market);
  takeVolume(step, amount);
  for (const leg of legsOf(order, { amount, price, time }, market)) putOrder(draft, leg);
  return true;
}
