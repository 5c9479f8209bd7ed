import { feeOf, marketFill, outcomeOf, stopFill, targetFill } from '../../backtest/fills.ts';
import { type FillModel } from '../../backtest/result.ts';
import { isBelowMinimum } from '../../strategies/sizing.ts';
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
import { legsOf, ratcheted } from './legs.ts';
import { type PositionSide } from '../../market/side.ts';

/** One closed candle of a market. */
export interface VenueBar {
  readonly candle: Candle;
  /** The exchange printed none: the bar is flat, and nothing fills on it. */
  readonly filled: boolean;
  readonly barMs: number;
}

export type VenueTerms = Omit<FillModel, 'initialCash'>;

interface FaultTestEnvironment extends VenueBar {
  readonly draft: Draft;
  readonly terms: VenueTerms;
  /**
   * Time of what fills inside the bar: its last millisecond, the first at which somebody who sees only bars can know. It
   * keeps an entry at the open before the stop of the same bar.
   */
  readonly insideTime: number;
}

/** The side of the position that an order of this side closes; an entry rests like the exit of the other side. */
const restsFor = (order: VenueOrder): PositionSide => (order.side === 'sell' ? 'long' : 'short');

/**
 * Lets the venue act on one closed candle of `terms.market`, by docs/simulation-rules.md: (a) at the open market exits, stops that
 * the open gapped through, then entries, as they arrived; (b) inside the bar stop before target, then resting entries;
 * (c) at the close trailing stops move and holding times run down. A candle not newer than the last one changes
 * nothing, so that it may be delivered twice.
 *
 * An order sent during a bar waits for the next: only what arrived at the open or before may fill. What the spec leaves
 * open about resting entries is taken at its worst: filled inside a bar, their stop lives at once, their target and
 * their trailing stop from the next bar on.
 */
export function onCandle(account: VenueAccount, bar: VenueBar, terms: VenueTerms): VenueStep {
  const { candle, filled, barMs } = bar;
  const { symbol } = terms.market;
  const last = account.marks[symbol];
  if (last && candle.time <= last.time) return { account, fills: [], changes: [] };

  const scene: FaultTestEnvironment = { ...bar, draft: draftOf(account), terms, insideTime: candle.time + barMs - 1 };
  if (!filled) {
    exitAtOpen(scene);
    stopAtOpen(scene);
    enterAtOpen(scene);
    closeInside(scene);
    enterInside(scene);
    ratchet(scene);
  }
  countBar(scene);
  return seal(scene.draft, { ...account.marks, [symbol]: { time: candle.time, close: candle.close } });
}

/** Open orders of the market that arrived in time, in the order in which they compete. */
function standing(
  { draft, terms, candle }: FaultTestEnvironment,
  accept: (order: VenueOrder) => boolean,
): readonly VenueOrder[] {
  const { symbol } = terms.market;
  return openInDraft(draft)
    .filter((order) => order.symbol === symbol && order.readyAt <= candle.time && accept(order))
    .toSorted(compareOrders);
}

const isEntry = ({ purpose }: VenueOrder): boolean => purpose === 'entry';
const isDue = ({ waitsBars = 0 }: VenueOrder): boolean => waitsBars === 0;

function exitAtOpen(scene: FaultTestEnvironment): void {
  const { candle, terms } = scene;
  for (const order of standing(scene, (o) => !isEntry(o) && o.type === 'market' && isDue(o))) {
    const cause: FillCause =
      order.purpose === 'flatten' ? 'flatten' : order.waitsBars === undefined ? 'signal' : 'max-hold';
    const price = marketFill(order.side, candle.open, terms);
    close(scene, order, { price, liquidity: 'taker', time: candle.time, cause });
  }
}

function stopAtOpen(scene: FaultTestEnvironment): void {
  const { open } = scene.candle;
  for (const stop of standing(scene, (o) => !isEntry(o) && o.type === 'stop')) {
    const gapped = outcomeOf(restsFor(stop), stop.price!, Number.NaN, open, open, open) === 'stop';
    if (gapped) closeByStop(scene, stop, open, scene.candle.time, false);
  }
}

function enterAtOpen(scene: FaultTestEnvironment): void {
  const { candle, terms } = scene;
  for (const order of standing(scene, (o) => isEntry(o) && o.type === 'market')) {
    enter(scene, order, marketFill(order.side, candle.open, terms), 'taker', candle.time);
  }
}

/** Legs of one parent are looked at together; an order without a parent stands for itself. */
function closeInside(scene: FaultTestEnvironment): void {
  const groups = new Map<string, VenueOrder[]>();
  for (const order of standing(scene, (o) => !isEntry(o) && o.type !== 'market')) {
    const key = order.parentId ?? order.clientOrderId;
    groups.set(key, [...(groups.get(key) ?? []), order]);
  }
  for (const group of groups.values()) protect(scene, group, scene.candle.open);
}

/** Rule 4: what a bar that was at `open` first does to a stop and a target of one position. */
function protect(scene: FaultTestEnvironment, group: readonly VenueOrder[], open: number): void {
  const { candle, terms } = scene;
  const alive = group.filter(({ clientOrderId }) => scene.draft.open.has(clientOrderId));
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
    close(scene, target!, { price, liquidity: 'maker', time: scene.insideTime, cause: 'target' });
  } else if (outcome !== 'none') {
    closeByStop(scene, stop!, open, scene.insideTime, outcome === 'ambiguous');
  }
}

function closeByStop(
  scene: FaultTestEnvironment,
  stop: VenueOrder,
  open: number,
  time: number,
  ambiguous: boolean,
): void {
  const price = stopFill(restsFor(stop), stop.price!, open, scene.terms);
  const cause = stop.trail && stop.price !== stop.trail.fixedStop ? 'trailing-stop' : 'stop';
  close(scene, stop, { price, liquidity: 'taker', time, cause, ambiguous });
}

/** Closing orders only ever shrink a position: they fill with what is left of it, and with nothing left are cancelled. */
function close(scene: FaultTestEnvironment, listed: VenueOrder, execution: Omit<Execution, 'amount'>): void {
  const { draft, terms } = scene;
  if (!draft.open.has(listed.clientOrderId)) return;
  const order = draft.orders[listed.clientOrderId]!;
  const held = heldAmount(draft.positions, order);
  const amount = Math.min(order.amount, order.side === 'sell' ? held : -held);
  if (!(amount > 0)) {
    cancelInDraft(draft, order, 'nothing left to close', execution.time);
    return;
  }
  bookFill(draft, order, { ...execution, amount }, terms.market);
  cancelOrphans(draft, order, execution.time);
}

/** Entries that rest at a level: a limit like a target, a stop like a stop, of the position that they would close. */
function enterInside(scene: FaultTestEnvironment): void {
  const { candle, terms, draft, insideTime } = scene;
  for (const order of standing(scene, (o) => isEntry(o) && o.type !== 'market')) {
    const side = restsFor(order);
    const level = order.price!;
    const [stop, limit] = order.type === 'stop' ? [level, Number.NaN] : [Number.NaN, level];
    if (outcomeOf(side, stop, limit, candle.open, candle.high, candle.low) === 'none') continue;
    const isStop = order.type === 'stop';
    const price = isStop ? stopFill(side, level, candle.open, terms) : targetFill(side, level, candle.open, terms);
    if (!enter(scene, order, price, isStop ? 'taker' : 'maker', insideTime)) continue;
    const stops = openInDraft(draft).filter((o) => o.parentId === order.clientOrderId && o.type === 'stop');
    protect(scene, stops, price);
  }
}

/** Fills an entry and brings its bracket to life, unless money or minimum forbid it. */
function enter(
  scene: FaultTestEnvironment,
  order: VenueOrder,
  price: number,
  liquidity: Execution['liquidity'],
  time: number,
): boolean {
  const { draft, terms } = scene;
  const { market } = terms;
  const { amount } = order;
  const rate = liquidity === 'maker' ? market.makerFeeRate : market.takerFeeRate;
  const cost = decimal(amount)
    .times(price)
    .plus(feeOf(amount, price, rate));
  const free = freeCash(draft, order);
  const held = heldAmount(draft.positions, order);
  const against = order.side === 'buy' ? held < 0 : held > 0;
  if (against || !free.isPositive() || cost.greaterThan(free) || isBelowMinimum(amount, price, market)) {
    const unpaid = !free.isPositive() || cost.greaterThan(free);
    rejectOrder(draft, order, against ? 'opposite-position' : unpaid ? 'insufficient-funds' : 'below-minimum', time);
    return false;
  }
  bookFill(draft, order, { amount, price, liquidity, time, cause: 'entry' }, market);
  for (const leg of legsOf(order, price, market.tickSize, time)) putOrder(draft, leg);
  return true;
}

function ratchet(scene: FaultTestEnvironment): void {
  const { draft, candle, terms, insideTime } = scene;
  for (const stop of standing(scene, ({ trail }) => trail !== undefined)) {
    const moved = ratcheted(stop, candle.high, candle.low, terms.market.tickSize, insideTime);
    if (moved) putOrder(draft, moved);
  }
}

/** Every bar counts towards a holding time, printed or not, the bar of the entry included. */
function countBar({ draft, terms, candle, barMs }: FaultTestEnvironment): void {
  const closeTime = candle.time + barMs;
  for (const order of openInDraft(draft)) {
    if (order.symbol !== terms.market.symbol || !order.waitsBars) continue;
    const waitsBars = order.waitsBars - 1;
    putOrder(draft, { ...order, waitsBars, readyAt: closeTime, updatedAt: closeTime });
  }
}
