import { type Offset } from '../../../src/domain/orders/order.ts';
import { type MarketPath } from '../plan/market-path.ts';
import { type VenueOrder } from './venue-order.ts';

const CENT = 0.01;
const distanceOf = ({ kind, value }: Offset, price: number): number => (kind === 'percent' ? price * value : value);
const rounded = (price: number): number => Math.round(price / CENT) * CENT;

/** Orders that protect a filled entry: stop or trailing stop, target, and exit at the end of the holding time. */
export function legsOf(entry: VenueOrder, price: number, time: number): readonly VenueOrder[] {
  const { bracket, clientOrderId, strategyHash, symbol, filledAmount: amount } = entry;
  if (!bracket) return [];
  const isLong = entry.side === 'buy';
  const sign = isLong ? 1 : -1;
  const base = {
    strategyHash,
    symbol,
    side: isLong ? 'sell' : 'buy',
    amount,
    parentId: clientOrderId,
    state: 'open',
    filledAmount: 0,
    fees: 0,
    readyAt: time,
    updatedAt: time,
  } as const;
  const fixed = price - sign * distanceOf(bracket.stop, price);
  const trail = bracket.trailing && distanceOf(bracket.trailing, price);
  const level = trail === undefined ? fixed : isLong ? Math.max(fixed, price - trail) : Math.min(fixed, price + trail);
  const legs: VenueOrder[] = [
    {
      ...base,
      clientOrderId: `${clientOrderId}-s`,
      type: 'stop',
      purpose: 'stop',
      price: rounded(level),
      leg: trail === undefined ? { kind: 'stop' } : { kind: 'trailing', distance: trail, best: price },
    },
  ];
  if (bracket.target)
    legs.push({
      ...base,
      clientOrderId: `${clientOrderId}-t`,
      type: 'limit',
      purpose: 'target',
      price: rounded(price + sign * distanceOf(bracket.target, price)),
      leg: { kind: 'target' },
    });
  if (bracket.maxHoldBars !== undefined)
    legs.push({
      ...base,
      clientOrderId: `${clientOrderId}-x`,
      type: 'market',
      purpose: 'exit',
      leg: { kind: 'time-exit', barsLeft: bracket.maxHoldBars },
    });
  return legs;
}

/** The order after a bar: a trailing stop follows the best price, a holding time counts down. */
export function raised(order: VenueOrder, path: MarketPath, bar: number): VenueOrder {
  const { leg } = order;
  if (leg?.kind === 'time-exit') return { ...order, leg: { ...leg, barsLeft: leg.barsLeft - 1 } };
  if (leg?.kind !== 'trailing' || path.filled[bar] !== 0) return order;
  const isLong = order.side === 'sell';
  const best = isLong ? Math.max(leg.best, path.high[bar]!) : Math.min(leg.best, path.low[bar]!);
  const level = rounded(isLong ? best - leg.distance : best + leg.distance);
  const price = isLong ? Math.max(order.price!, level) : Math.min(order.price!, level);
  return { ...order, price, leg: { ...leg, best } };
}
