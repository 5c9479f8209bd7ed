import { type Fill } from '../orders/order.ts';
import { inOrder } from './fold.ts';
import { type Decimal, decimal, ZERO } from './money.ts';

/** A position of a strategy from its first entry until it was flat. */
export interface ClosedTrade {
  readonly strategyHash: string;
  readonly symbol: string;
  /** Market time, epoch ms. */
  readonly closedAt: number;
  /** After all fees, quote currency. */
  readonly pnl: number;
  /** The last fill was the stop's. */
  readonly stopped: boolean;
}

/** Closed trades in order of time. Closing fills before the first entry belong to a trade that is not known whole. */
export function closedTrades(fills: readonly Fill[]): readonly ClosedTrade[] {
  const open = new Map<string, { readonly amount: Decimal; readonly cash: Decimal }>();
  const trades: ClosedTrade[] = [];
  for (const { strategyHash, symbol, side, purpose, amount, price, fee, time } of inOrder(fills)) {
    const key = `${symbol}/${strategyHash}`;
    const before = open.get(key);
    if (!before && purpose !== 'entry') continue;
    const signed = decimal(side === 'buy' ? amount : -amount);
    const held = (before?.amount ?? ZERO).plus(signed);
    const cash = (before?.cash ?? ZERO).minus(signed.times(price)).minus(fee);
    if (held.isZero()) {
      open.delete(key);
      trades.push({ strategyHash, symbol, closedAt: time, pnl: cash.toNumber(), stopped: purpose === 'stop' });
    } else open.set(key, { amount: held, cash });
  }
  return trades;
}
