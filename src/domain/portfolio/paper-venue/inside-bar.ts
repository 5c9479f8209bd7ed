import { outcomeOf } from '../../backtest/fills.ts';
import { positionKey } from './account.ts';
import { type BarStep, eligible } from './bar-step.ts';
import { causeOf, close, closeByStop } from './closing.ts';
import { liveInDraft, openInDraft, putOrder } from './draft.ts';
import { enter } from './entering.ts';
import {
  isBareTouch,
  isLimitAt,
  isReached,
  isTriggered,
  isUntriggered,
  makerFill,
  stopLevelOf,
  stopLimitFill,
  triggeredFill,
} from './levels.ts';
import { liquidateFrom, ruinLevel } from './liquidation.ts';
import {
  isEntry,
  type LimitOrder,
  type LiveOrder,
  restsFor,
  type StopLimitOrder,
  type StopOrder,
} from './venue-order.ts';

/**
 * Closing orders of one position are processed together. In a bar that could ruin the account, stops nearer than the
 * ruin fill first; then the account is liquidated, unless they have saved it.
 */
export function closeInside(step: BarStep): void {
  const { draft, candle, terms, insideTime } = step;
  const groups = new Map<string, LiveOrder[]>();
  for (const order of eligible(step, (o) => !isEntry(o) && o.type !== 'market')) {
    const key = positionKey(order.symbol, order.strategyHash);
    groups.set(key, [...(groups.get(key) ?? []), order]);
  }
  const ruin = ruinLevel(draft, terms.market.symbol);
  if (candle.high >= ruin) {
    for (const group of groups.values()) {
      const isNearer = group.some((o) => isUntriggered(o) && (o.side === 'sell' || stopLevelOf(o) < ruin));
      if (isNearer) protect(step, group);
    }
    if (liquidateFrom(step, candle.high, insideTime, candle)) return;
  }
  for (const group of groups.values()) protect(step, group);
}

/** The effect of a bar on the closing orders of one position: stops first (rule 4), then limits, the nearest first (rule 23). */
function protect(step: BarStep, group: readonly LiveOrder[]): void {
  const { candle, terms, insideTime, draft } = step;
  const alive = (): readonly LiveOrder[] => group.flatMap((order) => liveInDraft(draft, order) ?? []);
  for (const stop of nearestFirst(step, alive().filter(isUntriggered), stopLevelOf)) {
    if (liveInDraft(draft, stop) === null || !isTriggered(stop, candle)) continue;
    const isAmbiguous = alive().some((order) => isLimitAt(candle.time)(order) && isInDoubt(step, stop, order));
    if (stop.type === 'stop') closeByStop(step, stop, candle.open, insideTime, isAmbiguous);
    else closeByStopLimit(step, stop, isAmbiguous);
  }
  const reached = alive()
    .filter(isLimitAt(candle.time))
    .filter((order) => isReached(order, candle));
  for (const limit of nearestFirst(step, reached, ({ price }) => price)) {
    const price = makerFill(limit, candle, terms);
    const touch = isBareTouch(limit, candle);
    close(step, limit, { price, liquidity: 'maker', time: insideTime, cause: causeOf(limit), touch });
  }
}

/** Sorted by the distance of their levels from the open; the sort keeps the order of arrival among equals. */
function nearestFirst<O extends LiveOrder>(
  { candle }: BarStep,
  orders: readonly O[],
  levelOf: (order: O) => number,
): readonly O[] {
  const away = (order: O): number => Math.abs(levelOf(order) - candle.open);
  return orders.toSorted((a, b) => away(a) - away(b));
}

/** Whether the bar touched stop and limit in an unknown order. */
function isInDoubt(
  { candle }: BarStep,
  stop: StopOrder | StopLimitOrder,
  { price }: LimitOrder | StopLimitOrder,
): boolean {
  const { open, high, low } = candle;
  return outcomeOf(restsFor(stop), stopLevelOf(stop), price, open, high, low) === 'ambiguous';
}

/** A stop-limit that is not filled by the price at its trigger rests from the next bar on. */
function closeByStopLimit(step: BarStep, stop: StopLimitOrder, ambiguous: boolean): void {
  const price = stopLimitFill(stop, step.candle, step.terms);
  if (price !== null) {
    close(step, stop, { price, liquidity: 'taker', time: step.insideTime, cause: causeOf(stop), ambiguous });
  }
  restFrom(step, stop);
}

function restFrom({ draft, insideTime }: BarStep, order: StopLimitOrder): void {
  const rest = liveInDraft(draft, order);
  if (rest?.type === 'stop-limit') putOrder(draft, { ...rest, triggeredAt: insideTime });
}

/**
 * Fills the entries that the bar reaches after its open, the nearest to the open first: the price came there first
 * (rule 20).
 */
export function enterInside(step: BarStep): void {
  const reached = eligible(step, isEntry).flatMap((order) => {
    const level = levelInside(step, order);
    return level === null ? [] : [{ order, away: Math.abs(level - step.candle.open) }];
  });
  // The sort keeps the order of arrival among equals.
  for (const { order } of reached.toSorted((a, b) => a.away - b.away)) enterAtLevel(step, order);
}

/** Level at which the bar meets an entry after its open; null where it does not. */
function levelInside({ candle, starved }: BarStep, order: LiveOrder): number | null {
  if (order.type === 'market' || starved.has(order.clientOrderId)) return null;
  if (isLimitAt(candle.time)(order)) return isReached(order, candle) ? order.price : null;
  return isUntriggered(order) && isTriggered(order, candle) ? stopLevelOf(order) : null;
}

function enterAtLevel(step: BarStep, order: LiveOrder): void {
  const { candle, terms, insideTime: time } = step;
  let price: number | null = null;
  let isFilled = false;
  if (isLimitAt(candle.time)(order)) {
    price = makerFill(order, candle, terms);
    isFilled = enter(step, order, { price, liquidity: 'maker', time, touch: isBareTouch(order, candle) });
  } else if (isUntriggered(order)) {
    const isStop = order.type === 'stop';
    price = isStop ? triggeredFill(order, candle.open, candle, terms) : stopLimitFill(order, candle, terms);
    if (price !== null) isFilled = enter(step, order, { price, liquidity: 'taker', time });
    if (!isStop) restFrom(step, order);
  }
  if (isFilled) stopAfterEntry(step, order, price!);
}

/** A stop that the bar of its entry touched may have been touched before the entry: the worst case is that it was not. */
function stopAfterEntry(step: BarStep, entry: LiveOrder, price: number): void {
  const { candle, draft, insideTime } = step;
  const legs = openInDraft(draft).filter(({ parentId }) => parentId === entry.clientOrderId);
  for (const stop of legs) {
    if (stop.type === 'stop' && isTriggered(stop, candle)) closeByStop(step, stop, price, insideTime, true);
  }
}
