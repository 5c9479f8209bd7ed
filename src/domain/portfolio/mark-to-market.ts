import { AppError } from '../errors.ts';
import { decimal, ZERO } from './money.ts';
import { type Position } from './position.ts';

/** Account value and gross exposure, quote currency. */
export interface Valuation {
  readonly equity: number;
  /** Sum of the absolute values of all positions. */
  readonly exposure: number;
}

/**
 * Values cash plus positions at `prices` (by symbol). Shorts count negative, because their proceeds are in the cash.
 * @throws AppError `no-price` when a held symbol has no price.
 */
export function markToMarket(
  cash: number | string,
  positions: readonly Pick<Position, 'symbol' | 'amount'>[],
  prices: Readonly<Record<string, number>>,
): Valuation {
  let equity = decimal(cash);
  let exposure = ZERO;
  for (const { symbol, amount } of positions) {
    if (amount === 0) continue;
    const price = prices[symbol];
    if (price === undefined) {
      throw new AppError('no-price', `no price for ${symbol}, of which ${amount} is held`, { retryable: true });
    }
    const value = decimal(amount).times(price);
    equity = equity.plus(value);
    exposure = exposure.plus(value.abs());
  }
  return { equity: equity.toNumber(), exposure: exposure.toNumber() };
}
