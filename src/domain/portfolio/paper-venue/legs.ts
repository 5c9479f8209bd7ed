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
import { type Candle } from '../../market/candle.ts';
import { type Market } from '../../market/market.ts';
import { type Bracket, type Fill, type Offset } from '../../orders/order.ts';
import { legOrderId } from '../../orders/client-order-id.ts';
import { splitTargets } from './target-shares.ts';
import { newAt, type OpenOrder, restsFor, type StopOrder } from './venue-order.ts';

/** Why a bracket may not protect an entry at `fillPrice` (docs/simulation-rules.md rule 9); null when it may. */
export function bracketFault(
  { bracket }: Pick<OpenOrder, 'bracket'>,
  fillPrice: number,
  tickSize: number,
  slippageRate: number,
): 'stop-too-near' | 'target-too-near' | null {
  if (!bracket) return null;
  const { stop, trailing } = bracket;
  const isTooNear = (offset: Offset): boolean =>
    isStopTooNear(offsetAmount(offset, fillPrice), fillPrice, tickSize, slippageRate);
  if (isTooNear(stop) || (trailing && isTooNear(trailing))) return 'stop-too-near';
  const isNear = targetsOf(bracket).some((target) => isTargetTooNear(offsetAmount(target, fillPrice), tickSize));
  return isNear ? 'target-too-near' : null;
}

const targetsOf = ({ target, targets = [] }: Bracket): readonly Offset[] =>
  target ? [target] : targets.map(({ offset }) => offset);

/** Creates the bracket orders of an entry's fill: stop, targets, and the exit at the end of the holding time. */
export function legsOf(
  entry: Pick<OpenOrder, 'bracket' | 'clientOrderId' | 'strategyHash' | 'symbol' | 'side'>,
  { amount, price: fillPrice, time }: Pick<Fill, 'amount' | 'price' | 'time'>,
  market: Market,
): readonly OpenOrder[] {
  const { bracket, clientOrderId, strategyHash, symbol } = entry;
  if (!bracket) return [];
  const { tickSize } = market;
  const side: PositionSide = entry.side === 'buy' ? 'long' : 'short';
  const leg = {
    strategyHash,
    symbol,
    side: exitSide(side),
    amount,
    parentId: clientOrderId,
    state: 'open',
    ...newAt(time),
  } as const;

  const stopAt = (distance: number): number => stopLevel(side, fillPrice, distance, tickSize);
  const targetAt = (offset: Offset): number => targetLevel(side, fillPrice, offsetAmount(offset, fillPrice), tickSize);
  const fixedStop = stopAt(offsetAmount(bracket.stop, fillPrice));
  const distance = bracket.trailing && offsetAmount(bracket.trailing, fillPrice);
  const legs: OpenOrder[] = [
    {
      ...leg,
      clientOrderId: legOrderId(clientOrderId, 'stop'),
      type: 'stop',
      purpose: 'stop',
      price: distance === undefined ? fixedStop : tighterStop(side, fixedStop, stopAt(distance)),
      ...(distance !== undefined && { trail: { distance, extreme: fillPrice, fixedStop } }),
      ...(bracket.breakEven && { breakEven: { reachedAt: targetAt(bracket.breakEven), level: stopAt(0) } }),
    },
  ];
  const target = { ...leg, type: 'limit', purpose: 'target' } as const;
  if (bracket.target) {
    const id = legOrderId(clientOrderId, 'target');
    legs.push({ ...target, clientOrderId: id, price: targetAt(bracket.target) });
  }
  const levels = (bracket.targets ?? []).map(({ offset, share }) => ({ price: targetAt(offset), share }));
  for (const [i, part] of splitTargets(levels, side, amount, market).entries()) {
    legs.push({ ...target, clientOrderId: legOrderId(clientOrderId, 'target', i + 1), ...part });
  }
  if (bracket.maxHoldBars !== undefined) {
    const waitsBars = bracket.maxHoldBars;
    legs.push({ ...leg, clientOrderId: legOrderId(clientOrderId, 'exit'), type: 'market', purpose: 'exit', waitsBars });
  }
  return legs;
}

/**
 * Moves a stop after a bar has closed: a trailing one follows the best price (rule 6), and one that goes to break-even
 * does so once a bar has reached its price (rule 23). Neither moves back. Null when unchanged.
 */
export function movedStop(
  stop: StopOrder,
  { high, low }: Pick<Candle, 'high' | 'low'>,
  tickSize: number,
  time: number,
): StopOrder | null {
  const { trail, breakEven } = stop;
  const side = restsFor(stop);
  const extreme = trail ? furthest(side, trail.extreme, high, low) : 0;
  const isTrailing = trail !== undefined && extreme !== trail.extreme;
  const isEven =
    breakEven !== undefined && (side === 'long' ? high >= breakEven.reachedAt : low <= breakEven.reachedAt);
  if (!isTrailing && !isEven) return null;
  let { price } = stop;
  if (isTrailing) price = tighterStop(side, price, stopLevel(side, extreme, trail.distance, tickSize));
  if (isEven) price = tighterStop(side, price, breakEven.level);
  const { breakEven: _, ...even } = stop;
  const fixedStop = trail && isEven ? tighterStop(side, trail.fixedStop, breakEven.level) : trail?.fixedStop;
  return {
    ...(isEven ? even : stop),
    price,
    ...(trail && { trail: { ...trail, extreme, fixedStop: fixedStop! } }),
    updatedAt: time,
  };
}
