import { exitSide, type PositionSide } from '../../market/side.ts';
import {
  furthest,
  isStopTooNear,
  isTargetTooNear,
  offsetAmount,
  stopLevel,
  targetLevel,
  tighterStop,
} from '../../strategies/protection.ts';
import { type Offset } from '../../orders/order.ts';
import { legOrderId } from '../../orders/client-order-id.ts';
import { type VenueOrder } from './account.ts';

/** Why a bracket may not protect an entry at `fillPrice` (docs/simulation-rules.md rule 9); null when it may. */
export function bracketFault(
  { bracket }: VenueOrder,
  fillPrice: number,
  tickSize: number,
  slippageRate: number,
): 'stop-too-near' | 'target-too-near' | null {
  if (!bracket) return null;
  const { stop, target, trailing } = bracket;
  const isTooNear = (offset: Offset): boolean =>
    isStopTooNear(offsetAmount(offset, fillPrice), fillPrice, tickSize, slippageRate);
  if (isTooNear(stop) || (trailing && isTooNear(trailing))) return 'stop-too-near';
  return target && isTargetTooNear(offsetAmount(target, fillPrice), tickSize) ? 'target-too-near' : null;
}

/** Creates the bracket orders of a filled entry: stop, target, and the exit at the end of the holding time. */
export function legsOf(entry: VenueOrder, fillPrice: number, tickSize: number, time: number): readonly VenueOrder[] {
  const { bracket, clientOrderId, strategyHash, symbol, amount } = entry;
  if (!bracket) return [];
  const side: PositionSide = entry.side === 'buy' ? 'long' : 'short';
  const leg = {
    strategyHash,
    symbol,
    side: exitSide(side),
    amount,
    parentId: clientOrderId,
    state: 'open',
    readyAt: time,
    reserved: 0,
    filledAmount: 0,
    fees: 0,
    createdAt: time,
    updatedAt: time,
  } as const;

  const stopAt = (distance: number): number => stopLevel(side, fillPrice, distance, tickSize);
  const fixedStop = stopAt(offsetAmount(bracket.stop, fillPrice));
  const stop: VenueOrder = {
    ...leg,
    clientOrderId: legOrderId(clientOrderId, 'stop'),
    type: 'stop',
    purpose: 'stop',
    price: fixedStop,
  };
  const legs: VenueOrder[] = [stop];
  if (bracket.trailing) {
    const distance = offsetAmount(bracket.trailing, fillPrice);
    const price = tighterStop(side, fixedStop, stopAt(distance));
    legs[0] = { ...stop, price, trail: { distance, extreme: fillPrice, fixedStop } };
  }
  if (bracket.target) {
    const price = targetLevel(side, fillPrice, offsetAmount(bracket.target, fillPrice), tickSize);
    legs.push({ ...leg, clientOrderId: legOrderId(clientOrderId, 'target'), type: 'limit', purpose: 'target', price });
  }
  if (bracket.maxHoldBars !== undefined) {
    const waitsBars = bracket.maxHoldBars;
    legs.push({ ...leg, clientOrderId: legOrderId(clientOrderId, 'exit'), type: 'market', purpose: 'exit', waitsBars });
  }
  return legs;
}

/**
 * Moves a trailing stop after a bar has closed (rule 6): it follows the best price and never moves back. Null when
 * unchanged.
 */
export function ratcheted(
  stop: VenueOrder,
  high: number,
  low: number,
  tickSize: number,
  time: number,
): VenueOrder | null {
  const { trail, price } = stop;
  if (!trail || price === undefined) return null;
  const side: PositionSide = stop.side === 'sell' ? 'long' : 'short';
  const extreme = furthest(side, trail.extreme, high, low);
  if (extreme === trail.extreme) return null;
  const level = tighterStop(side, price, stopLevel(side, extreme, trail.distance, tickSize));
  return { ...stop, price: level, trail: { ...trail, extreme }, updatedAt: time };
}
