import { type Market } from '../../market/market.ts';
import { money, percent, plain } from '../figures.ts';
import { type RiskLimits } from '../limits.ts';
import { type VerdictReason } from '../verdict.ts';
import { veto } from './rule.ts';

/** Products of factors that are exactly the limit may come out below it. */
const ROUNDING = 1e-9;

/**
 * A position that is too small to matter costs fees and a place among the open positions: an entry that was cut below a
 * share of what was asked, or is below a multiple of the venue's minimum, is vetoed.
 * @param share share of what was asked for, before rounding to the market's step
 */
export function uselessSize(
  amount: number,
  price: number,
  share: number,
  { minAmount, minNotional, base, quote, symbol }: Market,
  { minEntryShare, minEntryMultiple }: RiskLimits,
): VerdictReason | null {
  const notional = amount * price;
  if (share < minEntryShare * (1 - ROUNDING)) {
    const text = `${money(notional, quote)} is ${percent(share)} of what was asked for: the limit is ${percent(minEntryShare)}`;
    return veto('useless-entry', text);
  }
  if (amount < minEntryMultiple * minAmount || notional < minEntryMultiple * minNotional) {
    const least = `${plain(minEntryMultiple * minAmount)} ${base} and ${money(minEntryMultiple * minNotional, quote)}`;
    return veto(
      'useless-entry',
      `${plain(amount)} ${base} worth ${money(notional, quote)} is below ${minEntryMultiple} times the minimum of ${symbol}: ${least}`,
    );
  }
  return null;
}
