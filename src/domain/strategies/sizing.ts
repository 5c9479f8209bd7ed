import { roundDownToStep } from '../market/rounding.ts';
import { type Market } from '../market/market.ts';
import { type Sizing } from './spec.ts';
import { type AtrAt } from './protection.ts';

/** The share of equity one trade commits, 0..1, by close and ATR of the signal bar. A market without any range takes the cap. */
export function committedShare(sizing: Sizing, price: number, atrAt: AtrAt): number {
  if (sizing.kind === 'fraction') return sizing.fraction;
  return Math.min(sizing.cap, (sizing.risk * price) / atrAt(sizing.period));
}

/**
 * Base units that `committed` quote currency pays for, entry fee included, down to the step: the order of somebody who
 * says how much to spend, as market buys on the exchange do. Nothing at a price that has been rounded down to zero.
 */
export function affordableQuantity(committed: number, price: number, market: Market): number {
  if (price <= 0) return 0;
  return roundDownToStep(committed / (price * (1 + market.takerFeeRate)), market.stepSize);
}

/** Rule 9: such an order is rejected, never enlarged. */
export function isBelowMinimum(quantity: number, price: number, market: Market): boolean {
  return quantity <= 0 || quantity < market.minAmount || quantity * price < market.minNotional;
}
