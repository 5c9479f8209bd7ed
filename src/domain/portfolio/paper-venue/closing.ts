import { feeOf } from '../../backtest/fills.ts';
import { decimal } from '../money.ts';
import { type Market } from '../../market/market.ts';
import { type OrderSide } from '../../market/side.ts';
import { exceedsFunds } from '../../strategies/sizing.ts';
import { type FillCause, heldAmount, type VenueAccount } from './account.ts';
import { type BarStep } from './bar-step.ts';
import {
  bookFill,
  type Draft,
  endInDraft,
  type Execution,
  freeCash,
  liveInDraft,
  openInDraft,
  putOrder,
} from './draft.ts';
import { liquidate, ruinLevel, ruins } from './liquidation.ts';
import { triggeredFill } from './levels.ts';
import { exitPart, takeVolume } from './participation.ts';
import { isEntry, type LiveOrder, type OrderTerms, type StopOrder, type VenueOrder } from './venue-order.ts';

/**
 * Closing orders only shrink a position: they fill at most the remaining amount and are cancelled when nothing is left.
 * What the volume of the bar does not fill stays open (docs/simulation-rules.md rule 24).
 */
export function close(step: BarStep, listed: LiveOrder, execution: Omit<Execution, 'amount'>): void {
  const { draft, terms } = step;
  const order = liveInDraft(draft, listed);
  if (!order) return;
  const { market } = terms;
  const held = heldAmount(draft.positions, order);
  const left = unfilledOf(order);
  const turns = mayTurn(draft.account, market);
  const wanted = turns ? left : Math.min(left, order.side === 'sell' ? held : -held);
  if (!(wanted > 0)) {
    endInDraft(draft, order, 'cancelled', 'nothing left to close', execution.time);
    return;
  }
  const amount = exitPart(wanted, step.volumeLeft, execution.price, market);
  if (amount === 0) return;
  const fee = feeOf(
    amount,
    execution.price,
    execution.liquidity === 'maker' ? market.makerFeeRate : market.takerFeeRate,
  );
  if (turns && !isPayable(draft, order, amount, execution.price, fee)) {
    endInDraft(draft, order, 'cancelled', 'insufficient-funds', execution.time);
    return;
  }
  if (ruins(draft, order, amount, execution.price, fee)) {
    const inside = execution.ambiguous ? step.candle : null;
    liquidate(draft, market, ruinLevel(draft, market.symbol), execution.time, inside);
    return;
  }
  const whole = decimal(order.filledAmount).plus(wanted).toNumber();
  bookFill(draft, { ...order, amount: whole }, { ...execution, amount }, market);
  takeVolume(step, amount);
  if (draft.account.nets !== true) settleOthers(draft, order, execution.time);
}

/** Whether an order that fills may turn the position of a market around: where all orders net, and shorts are possible. */
const mayTurn = ({ nets }: Pick<VenueAccount, 'nets'>, { kind }: Market): boolean => nets === true && kind !== 'spot';

/** Whether the account can pay for what a fill adds to a netted position. */
function isPayable(draft: Draft, order: LiveOrder, amount: number, price: number, fee: number): boolean {
  const added = addedAmount(heldAmount(draft.positions, order), order.side, amount);
  return added === 0 || !exceedsFunds(added * price + fee, freeCash(draft, order).toNumber());
}

/** Part of a fill that grows a netted position instead of closing it, base units. */
export function addedAmount(held: number, side: OrderSide, amount: number): number {
  const against = side === 'buy' ? Math.max(0, -held) : Math.max(0, held);
  return Math.max(0, decimal(amount).minus(against).toNumber());
}

/** @param open first price there was: the open of the bar, or that of an entry inside it. */
export function closeByStop(step: BarStep, stop: StopOrder, open: number, time: number, ambiguous: boolean): void {
  const price = triggeredFill(stop, open, step.candle, step.terms);
  close(step, stop, { price, liquidity: 'taker', time, cause: causeOf(stop), ambiguous });
  // It is triggered whatever the volume has filled of it: the rest goes on as a market order.
  const rest = liveInDraft(step.draft, stop);
  if (rest?.type === 'stop') putOrder(step.draft, { ...rest, triggeredAt: time });
}

export function causeOf(order: OrderTerms & Pick<LiveOrder, 'purpose' | 'waitsBars'>): FillCause {
  switch (order.type) {
    case 'market':
      return order.purpose === 'flatten' ? 'flatten' : order.waitsBars === undefined ? 'signal' : 'max-hold';
    case 'stop':
      return order.trail && order.price !== order.trail.fixedStop ? 'trailing-stop' : 'stop';
    case 'stop-limit':
      return 'stop';
    case 'limit':
      return 'target';
  }
}

/** What an order has still to fill, base units. */
export const unfilledOf = ({ amount, filledAmount }: LiveOrder): number =>
  decimal(amount).minus(filledAmount).toNumber();

/** What the legs of an entry have still to close. */
function leftOf({ orders }: Draft, parentId: string): number {
  return Object.values(orders)
    .filter((order) => order.parentId === parentId)
    .reduce((left, { filledAmount }) => left.minus(filledAmount), decimal(orders[parentId]?.filledAmount ?? 0))
    .toNumber();
}

/**
 * After a closing fill, the other legs of its bracket shrink to what is left, or are cancelled with nothing left. When
 * the position is flat, all its closing orders are cancelled.
 */
export function settleOthers(
  draft: Draft,
  filled: Pick<VenueOrder, 'clientOrderId' | 'parentId' | 'symbol' | 'strategyHash'>,
  time: number,
): void {
  const isFlat = heldAmount(draft.positions, filled) === 0;
  const left = filled.parentId === undefined || isFlat ? 0 : leftOf(draft, filled.parentId);
  for (const order of openInDraft(draft)) {
    if (isEntry(order) || order.clientOrderId === filled.clientOrderId) continue;
    if (order.symbol !== filled.symbol || order.strategyHash !== filled.strategyHash) continue;
    const isSibling = filled.parentId !== undefined && order.parentId === filled.parentId;
    if (isSibling && left > 0) shrink(draft, order, left, time);
    else if (isSibling) endInDraft(draft, order, 'cancelled', `${filled.clientOrderId} filled instead`, time);
    else if (isFlat) endInDraft(draft, order, 'cancelled', 'nothing left to close', time);
  }
}

function shrink(draft: Draft, order: LiveOrder, left: number, time: number): void {
  if (unfilledOf(order) <= left) return;
  putOrder(draft, { ...order, amount: decimal(order.filledAmount).plus(left).toNumber(), updatedAt: time });
}
