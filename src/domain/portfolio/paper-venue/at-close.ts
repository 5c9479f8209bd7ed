import { type BarStep, eligible } from './bar-step.ts';
import { endInDraft, openInDraft, putOrder } from './draft.ts';
import { movedStop } from './legs.ts';
import { isLimitAt, isMaker, isUntriggered } from './levels.ts';

/** What a bar leaves to the next one. */

/** Ends orders whose time is up, before anything fills at this open (docs/simulation-rules.md rule 22). */
export function expire(step: BarStep): void {
  const { draft, candle } = step;
  for (const order of eligible(step, ({ expiresAt = Infinity }) => expiresAt <= candle.time)) {
    endInDraft(draft, order, 'expired', `not filled within ${order.expireBars} bars`, candle.time);
  }
}

export function finishBar(step: BarStep): void {
  if (!step.filled) {
    cancelRests(step);
    moveStops(step);
    settleLimits(step);
  }
  countBar(step);
}

/** Rule 24: what the volume of its bar did not fill of an entry. */
function cancelRests(step: BarStep): void {
  for (const order of eligible(step, ({ clientOrderId }) => step.starved.has(clientOrderId))) {
    endInDraft(step.draft, order, 'cancelled', 'the bar had no volume for more', step.insideTime);
  }
}

function moveStops(step: BarStep): void {
  const { draft, candle, terms, insideTime } = step;
  for (const stop of eligible(step, isUntriggered)) {
    if (stop.type !== 'stop') continue;
    const moved = movedStop(stop, candle, terms.market.tickSize, insideTime);
    if (moved) putOrder(draft, moved);
  }
}

/** Limits that arrived in this bar and did not fill are makers from the next one on. */
function settleLimits(step: BarStep): void {
  for (const order of eligible(step, isLimitAt(step.candle.time))) {
    if (order.type !== 'limit' || isMaker(order)) continue;
    putOrder(step.draft, { ...order, restsSince: step.candle.time });
  }
}

/** Counts a bar towards holding times and lives: every bar counts, filled flat or not, including the first. */
function countBar({ draft, terms, candle, barMs }: BarStep): void {
  const closeTime = candle.time + barMs;
  for (const order of openInDraft(draft)) {
    if (order.symbol !== terms.market.symbol) continue;
    const isNew = order.expireBars !== undefined && order.expiresAt === undefined && order.readyAt <= candle.time;
    if (isNew) putOrder(draft, { ...order, expiresAt: candle.time + order.expireBars * barMs });
    else if (order.waitsBars) {
      const waitsBars = order.waitsBars - 1;
      putOrder(draft, { ...order, waitsBars, readyAt: closeTime, updatedAt: closeTime });
    }
  }
}
