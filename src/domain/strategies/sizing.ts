import { roundDownToStep } from '../market/rounding.ts';
import { type Market } from '../market/market.ts';
import { type Sizing } from './spec.ts';
import { type AtrAt } from './protection.ts';

/** Share of equity for one trade, 0..1, from close and ATR of the signal's bar. With an ATR of 0 it is the cap. */
export function committedShare(sizing: Sizing, price: number, atrAt: AtrAt): number {
  if (sizing.kind === 'fraction') return sizing.fraction;
  return Math.min(sizing.cap, (sizing.risk * price) / atrAt(sizing.period));
}

/**
 * Base units that `committed` quote currency buys, entry fee included, rounded down to the step, like a market buy by
 * cost on an exchange. 0 when the price was rounded down to zero.
 */
export function affordableQuantity(committed: number, price: number, market: Market): number {
  if (price <= 0) return 0;
  return roundDownToStep(committed / (price * (1 + market.takerFeeRate)), market.stepSize);
}

/** Relative tolerance of comparisons of money: an amount smaller than this decides nothing (rule 9). */
export const DUST = 1e-9;

/** Whether an entry costs more than the free cash. Without cash nothing can be paid. */
export function exceedsFunds(cost: number, cash: number): boolean {
  return cash <= 0 || cost > cash * (1 + DUST);
}

/** Whether an order is below the market's minimum; it is then rejected, never enlarged (rule 9). */
export function isBelowMinimum(quantity: number, price: number, market: Market): boolean {
  return quantity <= 0 || quantity < market.minAmount || quantity * price < market.minNotional * (1 - DUST);
}
