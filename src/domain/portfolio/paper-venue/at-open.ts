import { marketFill } from '../../backtest/fills.ts';
import { type BarStep, eligible } from './bar-step.ts';
import { causeOf, close, closeByStop } from './closing.ts';
import { endInDraft, type Execution, liveInDraft, putOrder, rejectInDraft } from './draft.ts';
import { enter } from './entering.ts';
import {
  at,
  isBareTouch,
  isLimitAt,
  isMaker,
  isReached,
  isTriggered,
  isUntriggered,
  makerFill,
  marketableFill,
  triggeredFill,
} from './levels.ts';
import { isEntry, type LimitOrder, type LiveOrder, type StopLimitOrder } from './venue-order.ts';

/** What happens at the open of a bar (docs/simulation-rules.md rules 7, 20 and 21). */

/** Market exits, and what the volume of earlier bars left of stops. */
export function exitAtOpen(step: BarStep): void {
  const { candle, terms, timeExitsWait = false } = step;
  const isDue = ({ waitsBars = 0 }: LiveOrder): boolean => waitsBars === 0;
  const isAllowed = ({ waitsBars }: LiveOrder): boolean => !timeExitsWait || waitsBars === undefined;
  const isMarket = (order: LiveOrder): boolean =>
    order.type === 'market' || (order.type === 'stop' && order.triggeredAt !== undefined);
  for (const order of eligible(step, (o) => !isEntry(o) && isMarket(o) && isDue(o) && isAllowed(o))) {
    const price = marketFill(order.side, candle.open, terms);
    close(step, order, { price, liquidity: 'taker', time: candle.time, cause: causeOf(order) });
  }
}

/** Stops of positions that the open is at or beyond. */
export function stopsAtOpen(step: BarStep): void {
  const { open, time } = step.candle;
  for (const stop of eligible(step, isUntriggered)) {
    if (isEntry(stop) || !isTriggered(stop, at(open))) continue;
    if (stop.type === 'stop') closeByStop(step, stop, open, time, false);
    else stopLimitAtOpen(step, stop, (execution) => close(step, stop, { ...execution, cause: causeOf(stop) }));
  }
}

/** Limits that close a position: those that rest and that the open is at or beyond, and those that arrive. */
export function limitsAtOpen(step: BarStep): void {
  for (const order of eligible(step, isLimitAt(step.candle.time))) {
    if (isEntry(order)) continue;
    limitAtOpen(step, order, (execution) => close(step, order, { ...execution, cause: causeOf(order) }));
  }
}

/** Entries that the open fills, by arrival: it is the first price there is for all of them. */
export function enterAtOpen(step: BarStep): void {
  const { candle, terms } = step;
  const { open, time } = candle;
  for (const order of eligible(step, isEntry)) {
    const fill = (execution: AtOpen): void => {
      enter(step, order, execution);
    };
    if (order.type === 'market') {
      fill({ price: marketFill(order.side, open, terms), liquidity: 'taker', time });
    } else if (order.type === 'limit' || (order.type === 'stop-limit' && order.triggeredAt !== undefined)) {
      limitAtOpen(step, order, fill);
    } else if (isTriggered(order, at(open))) {
      if (order.type === 'stop-limit') stopLimitAtOpen(step, order, fill);
      else fill({ price: triggeredFill(order, open, candle, terms), liquidity: 'taker', time });
    }
  }
}

type AtOpen = Omit<Execution, 'amount' | 'cause'>;

/**
 * A limit that rests fills at its limit where the open is at or beyond it. One that arrives is a taker there, at the open,
 * unless it is to be a maker only; otherwise it comes to rest.
 */
function limitAtOpen(step: BarStep, order: LimitOrder | StopLimitOrder, fill: (execution: AtOpen) => void): void {
  const { candle, terms, draft } = step;
  const { open, time } = candle;
  // An exit before it may have closed the position and cancelled this one.
  if (liveInDraft(draft, order) === null) return;
  const isMet = isReached(order, at(open));
  if (order.type === 'stop-limit' || isMaker(order)) {
    const touch = isBareTouch(order, candle);
    if (isMet) fill({ price: makerFill(order, candle, terms), liquidity: 'maker', time, touch });
    return;
  }
  if (isMet && order.postOnly === true && order.state === 'open') {
    rejectInDraft(draft, order, 'post-only', time);
    return;
  }
  if (isMet) fill({ price: marketableFill(order, open, terms), liquidity: 'taker', time });
  const rest = order.timeInForce === 'IOC' ? liveInDraft(draft, order) : null;
  if (rest) endInDraft(draft, rest, 'cancelled', 'immediate or cancel', time);
}

/** A stop-limit that the open triggers is a limit there: a taker, or it rests because the open is beyond its limit. */
function stopLimitAtOpen(step: BarStep, order: StopLimitOrder, fill: (execution: AtOpen) => void): void {
  const { candle, terms, draft } = step;
  const { open, time } = candle;
  if (isReached(order, at(open))) fill({ price: marketableFill(order, open, terms), liquidity: 'taker', time });
  const rest = liveInDraft(draft, order);
  if (rest?.type === 'stop-limit') putOrder(draft, { ...rest, triggeredAt: time });
}
