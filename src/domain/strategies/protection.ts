import { roundAgainstUs } from '../market/rounding.ts';
import { type Bracket, type Offset } from '../orders/order.ts';
import { type Distance, type StrategySpec } from './spec.ts';
import { exitSide, type PositionSide } from '../market/side.ts';

/** Reads the ATR of a period at the bar of the signal. */
export type AtrAt = (period: number) => number;

/** Protection of a spec with ATR distances converted to quote currency at the signal's bar. */
export function bracketOf(spec: StrategySpec, atrAt: AtrAt): Bracket {
  return {
    stop: offsetOf(spec.stop, atrAt),
    ...(spec.target && { target: offsetOf(spec.target, atrAt) }),
    ...(spec.trailing && { trailing: offsetOf(spec.trailing, atrAt) }),
    ...(spec.maxHoldBars !== undefined && { maxHoldBars: spec.maxHoldBars }),
  };
}

/** ATR periods of stop, trailing stop and sizing. Where one of them is 0, nothing can be entered (rule 9). */
export function usedPeriods({ stop, trailing, sizing }: StrategySpec): readonly number[] {
  return [stop, trailing, sizing].flatMap((part) => (part && 'period' in part ? [part.period] : []));
}

function offsetOf(distance: Distance, atrAt: AtrAt): Offset {
  return distance.kind === 'percent'
    ? { kind: 'percent', value: distance.value }
    : { kind: 'absolute', value: distance.multiple * atrAt(distance.period) };
}

/** Converts an offset to quote currency per base unit; it stays fixed for the life of the position. */
export function offsetAmount(offset: Offset, entryPrice: number): number {
  return offset.kind === 'percent' ? entryPrice * offset.value : offset.value;
}

/** Price of a stop at `distance` behind `from`, rounded against us to the tick. A stop at 0 can never be touched. */
export function stopLevel(side: PositionSide, from: number, distance: number, tickSize: number): number {
  const level = side === 'long' ? from - distance : from + distance;
  return roundAgainstUs(Math.max(0, level), tickSize, exitSide(side));
}

/** Price of a target at `distance` ahead of the entry, rounded against us to the tick. */
export function targetLevel(side: PositionSide, entryPrice: number, distance: number, tickSize: number): number {
  const level = side === 'long' ? entryPrice + distance : entryPrice - distance;
  return roundAgainstUs(Math.max(0, level), tickSize, exitSide(side));
}

/** Distances may be short of a limit by the error of earlier arithmetic. */
const ROUNDING = 1 - 1e-9;

/**
 * Whether a stop is so near that its own entry could trigger it: nearer than one tick plus the slippage of the entry
 * (rule 9).
 */
export function isStopTooNear(distance: number, entryPrice: number, tickSize: number, slippageRate: number): boolean {
  return !(distance >= (tickSize + entryPrice * slippageRate) * ROUNDING);
}

/** Whether a target is nearer than one tick. */
export function isTargetTooNear(distance: number, tickSize: number): boolean {
  return !(distance >= tickSize * ROUNDING);
}

/** The better price for a position; trailing stops follow it (rule 6). */
export function furthest(side: PositionSide, extreme: number, high: number, low: number): number {
  return side === 'long' ? Math.max(extreme, high) : Math.min(extreme, low);
}

/** The stop closer to the price. */
export function tighterStop(side: PositionSide, a: number, b: number): number {
  return side === 'long' ? Math.max(a, b) : Math.min(a, b);
}
