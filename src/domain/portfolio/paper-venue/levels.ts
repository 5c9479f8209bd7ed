import { outcomeOf, stopFill, targetFill } from '../../backtest/fills.ts';
import { roundAgainstUs } from '../../market/rounding.ts';
import { type Candle } from '../../market/candle.ts';
import { type VenueTerms } from './bar-step.ts';
import { type LimitOrder, type LiveOrder, restsFor, type StopLimitOrder, type StopOrder } from './venue-order.ts';

/** When an order meets its level, and at which price it then fills. */

type Prices = Pick<Candle, 'open' | 'high' | 'low'>;

export const at = (price: number): Prices => ({ open: price, high: price, low: price });

/** An order whose level has not been met: a stop, or a stop-limit that is no limit yet. */
export const isUntriggered = (order: LiveOrder): order is StopOrder | StopLimitOrder =>
  (order.type === 'stop' || order.type === 'stop-limit') && order.triggeredAt === undefined;

/** A limit, or a stop-limit that has become one at or before `time`. */
export const isLimitAt =
  (time: number) =>
  (order: LiveOrder): order is LimitOrder | StopLimitOrder =>
    order.type === 'limit' || (order.type === 'stop-limit' && (order.triggeredAt ?? Infinity) <= time);

/** A limit that the market meets, not one that meets the market: it was there before the open. */
export const isMaker = (order: LimitOrder | StopLimitOrder): boolean =>
  order.type === 'stop-limit' || order.parentId !== undefined || order.restsSince !== undefined;

export const stopLevelOf = (order: StopOrder | StopLimitOrder): number =>
  order.type === 'stop' ? order.price : order.triggerPrice;

export function isTriggered(order: StopOrder | StopLimitOrder, { open, high, low }: Prices): boolean {
  return outcomeOf(restsFor(order), stopLevelOf(order), Number.NaN, open, high, low) === 'stop';
}

/** Whether the prices reach a limit. */
export function isReached(order: LimitOrder | StopLimitOrder, { open, high, low }: Prices): boolean {
  return outcomeOf(restsFor(order), Number.NaN, order.price, open, high, low) === 'target';
}

/**
 * Whether a bar came to a limit and no further (docs/simulation-rules.md rule 20). Only for orders that were sent as such:
 * the limits of a bracket follow rules 3 and 4.
 */
export function isBareTouch({ side, price, parentId }: LimitOrder | StopLimitOrder, { high, low }: Prices): boolean {
  return parentId === undefined && (side === 'buy' ? low : high) === price;
}

/** Fill price of a limit that is marketable at `price`: that price, on the tick; never beyond the limit. */
export function marketableFill({ side }: LiveOrder, price: number, { market }: VenueTerms): number {
  return roundAgainstUs(price, market.tickSize, side);
}

/** Fill price of a limit that rests. */
export function makerFill(order: LimitOrder | StopLimitOrder, { open }: Prices, terms: VenueTerms): number {
  return targetFill(restsFor(order), order.price, open, terms);
}

/** Fill price of a stop that was triggered at the open or inside the bar that begins at price `open`. */
export function triggeredFill(order: StopOrder | StopLimitOrder, open: number, bar: Prices, terms: VenueTerms): number {
  return stopFill(restsFor(order), stopLevelOf(order), open, bar.high - bar.low, terms);
}

/**
 * Fill price of a stop-limit that is triggered inside a bar (rule 21): that of a stop, at worst its limit. Null where
 * the price at the trigger is beyond the limit.
 */
export function stopLimitFill(order: StopLimitOrder, bar: Prices, terms: VenueTerms): number | null {
  if (!isReached(order, at(order.triggerPrice))) return null;
  const price = triggeredFill(order, bar.open, bar, terms);
  return order.side === 'buy' ? Math.min(price, order.price) : Math.max(price, order.price);
}
