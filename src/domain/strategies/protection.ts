import { roundAgainstUs } from '../market/rounding.ts';
import { type Bracket, type Offset } from '../orders/order.ts';
import { type Distance, type StrategySpec } from './spec.ts';
import { exitSide, type PositionSide } from '../market/side.ts';

/** Reads the ATR of a period at the bar of the signal. */
export type AtrAt = (period: number) => number;

/** The protection a spec asks for, free of indicators: ATR distances become quote currency at the bar of the signal. */
export function bracketOf(spec: StrategySpec, atrAt: AtrAt): Bracket {
  return {
    stop: offsetOf(spec.stop, atrAt),
    ...(spec.target && { target: offsetOf(spec.target, atrAt) }),
    ...(spec.trailing && { trailing: offsetOf(spec.trailing, atrAt) }),
    ...(spec.maxHoldBars !== undefined && { maxHoldBars: spec.maxHoldBars }),
  };
}

function offsetOf(distance: Distance, atrAt: AtrAt): Offset {
  return distance.kind === 'percent'
    ? { kind: 'percent', value: distance.value }
    : { kind: 'absolute', value: distance.multiple * atrAt(distance.period) };
}

/** An offset in quote currency per base unit, fixed at the entry fill for the life of the position. */
export function offsetAmount(offset: Offset, entryPrice: number): number {
  return offset.kind === 'percent' ? entryPrice * offset.value : offset.value;
}

/** Where a stop at `distance` behind `from` stands, rounded against us to the tick; 0 is a stop no price can touch. */
export function stopLevel(side: PositionSide, from: number, distance: number, tickSize: number): number {
  const level = side === 'long' ? from - distance : from + distance;
  return roundAgainstUs(Math.max(0, level), tickSize, exitSide(side));
}

/** Where a target at `distance` ahead of the entry rests, rounded against us to the tick. */
export function targetLevel(side: PositionSide, entryPrice: number, distance: number, tickSize: number): number {
  const level = side === 'long' ? entryPrice + distance : entryPrice - distance;
  return roundAgainstUs(Math.max(0, level), tickSize, exitSide(side));
}

/** The better of two extremes for a position: trailing stops ratchet from it (rule 6). */
export function furthest(side: PositionSide, extreme: number, high: number, low: number): number {
  return side === 'long' ? Math.max(extreme, high) : Math.min(extreme, low);
}

/** The stop nearer to the price: the one that counts of a fixed and a trailing one. */
export function tighterStop(side: PositionSide, a: number, b: number): number {
  return side === 'long' ? Math.max(a, b) : Math.min(a, b);
}
