import { attemptOrderId } from '../../orders/client-order-id.ts';
import { decimal } from '../money.ts';
import { heldAmount } from '../paper-venue/account.ts';
import { unfilledOf } from '../paper-venue/closing.ts';
import { isEntry, isLive, type LiveOrder, type OrderTerms, type VenueOrder } from '../paper-venue/venue-order.ts';
import { aliveIn, type BookDraft, putSent, type SentOrder, unreportedOf } from './book.ts';
import { buyBack } from './buy-back.ts';
import { cover } from './cover.ts';
import { type Share, type Wanted, wantedOf } from './wanted.ts';

/**
 * Decides what the venue is to be asked for in a market, at market time `time` (epoch ms): requests that are not wanted any
 * more are cancelled, and what is wanted is sent once the cancels that free its base have been answered. Until then nothing
 * rests twice. Deciding again changes nothing.
 */
export function plan(draft: BookDraft, symbol: string, time: number): void {
  for (const share of sharesOf(draft, symbol)) planShare(draft, share, time);
}

function sharesOf(draft: BookDraft, symbol: string): readonly Share[] {
  const owners = new Set<string>();
  for (const held of Object.values(draft.positions)) if (held.symbol === symbol) owners.add(held.strategyHash);
  for (const { orderId } of aliveIn(draft)) {
    const order = draft.orders[orderId]!;
    if (order.symbol === symbol) owners.add(order.strategyHash);
  }
  return [...owners].map((strategyHash) => ({ symbol, strategyHash }));
}

function planShare(draft: BookDraft, share: Share, time: number): void {
  buyBack(draft, share, time);
  cover(draft, share, time);
  const wanted = wantedOf(draft, share);
  const closesShare = ({ orderId }: SentOrder): boolean => {
    const order = draft.orders[orderId]!;
    return order.symbol === share.symbol && order.strategyHash === share.strategyHash && !isEntry(order);
  };
  const alive = aliveIn(draft).filter(closesShare);
  const unreported = [...draft.sent.values()].filter((sent) => unreportedOf(sent) > 0 && closesShare(sent));
  let free = decimal(heldAmount(draft.positions, share)).abs();
  // It was closed already: the fills are on their way.
  for (const sent of unreported) free = free.minus(unreportedOf(sent));
  for (const sent of alive) {
    free = free.minus(restOf(sent));
    if (sent.status === 'cancelling') continue;
    const isWanted = wanted.some(({ order, ...what }) => order.clientOrderId === sent.orderId && isSame(sent, what));
    if (!isWanted) putSent(draft, { ...sent, status: 'cancelling', time });
  }
  for (const { order, amount, terms } of wanted) {
    const { clientOrderId } = order;
    const isAlive = [...alive, ...unreported].some(({ orderId }) => orderId === clientOrderId);
    if (isAlive || isRefused(draft, clientOrderId) || free.lessThan(amount)) continue;
    free = free.minus(amount);
    send(draft, order, { amount, terms }, time);
  }
}

const restOf = ({ amount, filledAmount }: SentOrder): number => decimal(amount).minus(filledAmount).toNumber();

const isRefused = ({ sent }: BookDraft, id: string): boolean =>
  [...sent.values()].some(({ orderId, refused }) => orderId === id && refused === true);

function isSame(sent: SentOrder, { amount, terms }: Omit<Wanted, 'order'>): boolean {
  if (restOf(sent) !== amount) return false;
  // A stop that has filled in part was triggered: the venue plays its rest as a market order.
  if (sent.type === 'stop' && terms.type === 'market') return sent.filledAmount > 0;
  return sent.type === terms.type && sent.price === ('price' in terms ? terms.price : undefined);
}

/** Sends a request for an order, with an id that follows from the order's and the number of the request. */
export function send(
  draft: BookDraft,
  { clientOrderId: orderId, symbol, side, expireBars }: LiveOrder,
  { amount, terms }: Pick<Wanted, 'amount' | 'terms'>,
  time: number,
): void {
  const earlier = [...draft.sent.values()].filter((sent) => sent.orderId === orderId);
  const attempt = 1 + Math.max(0, ...earlier.map((sent) => sent.attempt));
  putSent(draft, {
    clientOrderId: attemptOrderId(orderId, attempt),
    orderId,
    attempt,
    symbol,
    side,
    amount,
    ...askedTerms(terms),
    ...(expireBars !== undefined && { expireBars }),
    status: 'sending',
    filledAmount: 0,
    time,
  });
}

/** Terms without what only the company follows, such as the distance of a trailing stop. */
function askedTerms(
  terms: OrderTerms,
): Pick<SentOrder, 'type' | 'price' | 'triggerPrice' | 'timeInForce' | 'postOnly'> {
  switch (terms.type) {
    case 'market':
      return { type: 'market' };
    case 'stop':
      return { type: 'stop', price: terms.price };
    case 'stop-limit':
      return { type: 'stop-limit', price: terms.price, triggerPrice: terms.triggerPrice };
    case 'limit': {
      const { type, price, timeInForce, postOnly } = terms;
      return { type, price, ...(timeInForce && { timeInForce }), ...(postOnly !== undefined && { postOnly }) };
    }
  }
}

/** Asks for the cancel of whatever an order of the company has at the venue. Returns whether it has anything there. */
export function withdraw(draft: BookDraft, orderId: string, time: number): boolean {
  const alive = aliveIn(draft).filter((sent) => sent.orderId === orderId);
  for (const sent of alive) putSent(draft, { ...sent, status: 'cancelling', ends: true, time });
  return alive.length > 0;
}

/** Sends an order as it was asked for. */
export function sendWhole(draft: BookDraft, order: VenueOrder, time: number): void {
  if (isLive(order)) send(draft, order, { amount: unfilledOf(order), terms: order }, time);
}
