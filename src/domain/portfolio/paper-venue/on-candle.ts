import { feeOf, marketFill, outcomeOf, stopFill, targetFill } from '../../backtest/fills.ts';
import { type FillModel } from '../../backtest/result.ts';
import { DUST, isBelowMinimum } from '../../strategies/sizing.ts';
import { type Candle } from '../../market/candle.ts';
import { decimal } from '../money.ts';
import { type FillCause, heldAmount, type VenueAccount, type VenueOrder } from './account.ts';
import {
  bookFill,
  cancelInDraft,
  cancelOrphans,
  compareOrders,
  type Draft,
  draftOf,
  type Execution,
  freeCash,
  openInDraft,
  putOrder,
  rejectOrder,
  seal,
  type VenueStep,
} from './draft.ts';
import { bracketFault, legsOf, ratcheted } from './legs.ts';
import { liquidate, ruinLevel, ruins } from './liquidation.ts';
import { type PositionSide } from '../../market/side.ts';

/** One closed candle of a market. */
export interface VenueBar {
  readonly candle: Candle;
  /** The exchange published no candle: the bar is flat and nothing fills on it. */
  readonly filled: boolean;
  readonly barMs: number;
  /** Exits at the end of a holding time do not fill. @default false */
  readonly timeExitsWait?: boolean;
}

export type VenueTerms = Omit<FillModel, 'initialCash'>;

interface BarStep extends VenueBar {
  readonly draft: Draft;
  readonly terms: VenueTerms;
  /**
   * Time of fills inside the bar: its last millisecond, the earliest at which an observer of bars can know of them. It
   * also orders an entry at the open before a stop in the same bar.
   */
  readonly insideTime: number;
}

/** Side of the position that this order would close; entry orders use the exit rules of the opposite side. */
const restsFor = (order: VenueOrder): PositionSide => (order.side === 'sell' ? 'long' : 'short');

/**
 * Processes one closed candle of `terms.market` by docs/simulation-rules.md. (a) At the open: market exits, stops and
 * targets that the open gapped through, then market entries, by arrival. (b) Inside the bar: stops before targets, then
 * resting entries. (c) At the close: trailing stops move and holding times count down. Where a price takes the equity
 * of the account to 0, everything is closed (rule 12). A candle that is not newer than the last one changes nothing, so
 * it may be delivered twice.
 *
 * An order sent during a bar waits for the next one: only orders that arrived at or before the open may fill. Where the
 * rules leave resting entries open, the worst case is taken: after a fill inside a bar the stop is active at once, the
 * target and the trailing stop from the next bar on.
 */
export function onCandle(account: VenueAccount, bar: VenueBar, terms: VenueTerms): VenueStep {
  const { candle, filled, barMs } = bar;
  const { symbol } = terms.market;
  const last = account.marks[symbol];
  if (last && candle.time <= last.time) return { account, fills: [], changes: [] };

  const step: BarStep = { ...bar, draft: draftOf(account), terms, insideTime: candle.time + barMs - 1 };
  if (!filled) {
    liquidateFrom(step, candle.open, candle.time, null);
    exitAtOpen(step);
    stopAtOpen(step);
    targetAtOpen(step);
    enterAtOpen(step);
    closeInside(step);
    enterInside(step);
    liquidateFrom(step, candle.high, step.insideTime, candle);
    ratchet(step);
  }
  countBar(step);
  return seal(step.draft, { ...account.marks, [symbol]: { time: candle.time, close: candle.close } });
}

/** Open orders of the market that arrived in time and pass `accept`, in processing order. */
function eligible({ draft, terms, candle }: BarStep, accept: (order: VenueOrder) => boolean): readonly VenueOrder[] {
  const { symbol } = terms.market;
  return openInDraft(draft)
    .filter((order) => order.symbol === symbol && order.readyAt <= candle.time && accept(order))
    .toSorted(compareOrders);
}

const isEntry = ({ purpose }: VenueOrder): boolean => purpose === 'entry';
const isDue = ({ waitsBars = 0 }: VenueOrder): boolean => waitsBars === 0;

/** Closes everything when the account is insolvent at `price`. Returns whether it was. */
function liquidateFrom({ draft, terms }: BarStep, price: number, time: number, inside: Candle | null): boolean {
  const level = ruinLevel(draft, terms.market.symbol);
  if (!(price >= level)) return false;
  liquidate(draft, terms.market, level, time, inside);
  return true;
}

function exitAtOpen(step: BarStep): void {
  const { candle, terms, timeExitsWait = false } = step;
  const isAllowed = ({ waitsBars }: VenueOrder): boolean => !timeExitsWait || waitsBars === undefined;
  for (const order of eligible(step, (o) => !isEntry(o) && o.type === 'market' && isDue(o) && isAllowed(o))) {
    const cause: FillCause =
      order.purpose === 'flatten' ? 'flatten' : order.waitsBars === undefined ? 'signal' : 'max-hold';
    const price = marketFill(order.side, candle.open, terms);
    close(step, order, { price, liquidity: 'taker', time: candle.time, cause });
  }
}

function stopAtOpen(step: BarStep): void {
  const { open } = step.candle;
  for (const stop of eligible(step, (o) => !isEntry(o) && o.type === 'stop')) {
    const gapped = outcomeOf(restsFor(stop), stop.price!, Number.NaN, open, open, open) === 'stop';
    if (gapped) closeByStop(step, stop, open, step.candle.time, false);
  }
}

function targetAtOpen(step: BarStep): void {
  const { candle, terms } = step;
  const { open } = candle;
  for (const target of eligible(step, (o) => !isEntry(o) && o.type === 'limit')) {
    const side = restsFor(target);
    if (outcomeOf(side, Number.NaN, target.price!, open, open, open) !== 'target') continue;
    const price = targetFill(side, target.price!, open, terms);
    close(step, target, { price, liquidity: 'maker', time: candle.time, cause: 'target' });
  }
}

function enterAtOpen(step: BarStep): void {
  const { candle, terms } = step;
  for (const order of eligible(step, (o) => isEntry(o) && o.type === 'market')) {
    enter(step, order, marketFill(order.side, candle.open, terms), 'taker', candle.time);
  }
}

/**
 * Legs of one parent are processed together; an order without a parent is its own group. In a bar that could ruin the
 * account, stops nearer than the ruin fill first; then the account is liquidated, unless they have saved it.
 */
function closeInside(step: BarStep): void {
  const { draft, candle, terms, insideTime } = step;
  const groups = new Map<string, VenueOrder[]>();
  for (const order of eligible(step, (o) => !isEntry(o) && o.type !== 'market')) {
    const key = order.parentId ?? order.clientOrderId;
    groups.set(key, [...(groups.get(key) ?? []), order]);
  }
  const ruin = ruinLevel(draft, terms.market.symbol);
  if (candle.high >= ruin) {
    for (const group of groups.values()) {
      const isNearer = group.some(({ type, side, price }) => type === 'stop' && (side === 'sell' || price! < ruin));
      if (isNearer) protect(step, group, candle.open);
    }
    if (liquidateFrom(step, candle.high, insideTime, candle)) return;
  }
  for (const group of groups.values()) protect(step, group, candle.open);
}

/** Rule 4: the effect of a bar on the stop and target of one position, starting at price `open`. */
function protect(step: BarStep, group: readonly VenueOrder[], open: number): void {
  const { candle, terms } = step;
  const alive = group.filter(({ clientOrderId }) => step.draft.open.has(clientOrderId));
  const stop = alive.find(({ type }) => type === 'stop');
  const target = alive.find(({ type }) => type === 'limit');
  const any = stop ?? target;
  if (!any) return;
  const side = restsFor(any);
  const outcome = outcomeOf(
    side,
    stop?.price ?? Number.NaN,
    target?.price ?? Number.NaN,
    open,
    candle.high,
    candle.low,
  );
  if (outcome === 'target') {
    const price = targetFill(side, target!.price!, open, terms);
    close(step, target!, { price, liquidity: 'maker', time: step.insideTime, cause: 'target' });
  } else if (outcome !== 'none') {
    closeByStop(step, stop!, open, step.insideTime, outcome === 'ambiguous');
  }
}

function closeByStop(step: BarStep, stop: VenueOrder, open: number, time: number, ambiguous: boolean): void {
  const { high, low } = step.candle;
  const price = stopFill(restsFor(stop), stop.price!, open, high - low, step.terms);
  const cause = stop.trail && stop.price !== stop.trail.fixedStop ? 'trailing-stop' : 'stop';
  close(step, stop, { price, liquidity: 'taker', time, cause, ambiguous });
}

/**
 * Closing orders only shrink a position: they fill at most the remaining amount and are cancelled when nothing is left.
 */
function close(step: BarStep, listed: VenueOrder, execution: Omit<Execution, 'amount'>): void {
  const { draft, terms } = step;
  if (!draft.open.has(listed.clientOrderId)) return;
  const order = draft.orders[listed.clientOrderId]!;
  const held = heldAmount(draft.positions, order);
  const amount = Math.min(order.amount, order.side === 'sell' ? held : -held);
  if (!(amount > 0)) {
    cancelInDraft(draft, order, 'nothing left to close', execution.time);
    return;
  }
  const { takerFeeRate, makerFeeRate, symbol } = terms.market;
  const fee = feeOf(amount, execution.price, execution.liquidity === 'maker' ? makerFeeRate : takerFeeRate);
  if (ruins(draft, order, amount, execution.price, fee)) {
    const inside = execution.ambiguous ? step.candle : null;
    liquidate(draft, terms.market, ruinLevel(draft, symbol), execution.time, inside);
    return;
  }
  bookFill(draft, order, { ...execution, amount }, terms.market);
  cancelOrphans(draft, order, execution.time);
}

/** Fills resting entries by the exit rules of the opposite position: a limit like a target, a stop like a stop. */
function enterInside(step: BarStep): void {
  const { candle, terms, draft, insideTime } = step;
  for (const order of eligible(step, (o) => isEntry(o) && o.type !== 'market')) {
    const side = restsFor(order);
    const level = order.price!;
    const [stop, limit] = order.type === 'stop' ? [level, Number.NaN] : [Number.NaN, level];
    if (outcomeOf(side, stop, limit, candle.open, candle.high, candle.low) === 'none') continue;
    const isStop = order.type === 'stop';
    const price = isStop
      ? stopFill(side, level, candle.open, candle.high - candle.low, terms)
      : targetFill(side, level, candle.open, terms);
    if (!enter(step, order, price, isStop ? 'taker' : 'maker', insideTime)) continue;
    const stops = openInDraft(draft).filter((o) => o.parentId === order.clientOrderId && o.type === 'stop');
    protect(step, stops, price);
  }
}

/**
 * Fills an entry and creates its bracket, unless funds, minimum or an opposite position forbid it. Returns whether it
 * filled.
 */
function enter(
  step: BarStep,
  order: VenueOrder,
  price: number,
  liquidity: Execution['liquidity'],
  time: number,
): boolean {
  const { draft, terms } = step;
  const { market } = terms;
  const { amount } = order;
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
    : (fault ?? (isUnpaid ? 'insufficient-funds' : isBelowMinimum(amount, price, market) ? 'below-minimum' : null));
  if (objection !== null) {
    rejectOrder(draft, order, objection, time);
    return false;
  }
  bookFill(draft, order, { amount, price, liquidity, time, cause: 'entry' }, market);
  for (const leg of legsOf(order, price, market.tickSize, time)) putOrder(draft, leg);
  return true;
}

function ratchet(step: BarStep): void {
  const { draft, candle, terms, insideTime } = step;
  for (const stop of eligible(step, ({ trail }) => trail !== undefined)) {
    const moved = ratcheted(stop, candle.high, candle.low, terms.market.tickSize, insideTime);
    if (moved) putOrder(draft, moved);
  }
}

/** Counts a bar towards holding times: every bar counts, filled flat or not, including the bar of the entry. */
function countBar({ draft, terms, candle, barMs }: BarStep): void {
  const closeTime = candle.time + barMs;
  for (const order of openInDraft(draft)) {
    if (order.symbol !== terms.market.symbol || !order.waitsBars) continue;
    const waitsBars = order.waitsBars - 1;
    putOrder(draft, { ...order, waitsBars, readyAt: closeTime, updatedAt: closeTime });
  }
}
