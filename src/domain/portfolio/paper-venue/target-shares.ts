import { type Market } from '../../market/market.ts';
import { roundDownToStep } from '../../market/rounding.ts';
import { type PositionSide } from '../../market/side.ts';
import { DUST, isBelowMinimum } from '../../strategies/sizing.ts';
import { decimal } from '../money.ts';

/** A target for a part of a position. */
export interface TargetPart {
  readonly price: number;
  /** Base units. */
  readonly amount: number;
}

/**
 * Splits a position among its targets, the nearest first (docs/simulation-rules.md rule 23). A part below the market's
 * minimum goes to the next target; what rounding leaves, or a rest below the minimum, to the last.
 */
export function splitTargets(
  levels: readonly { readonly price: number; readonly share: number }[],
  side: PositionSide,
  amount: number,
  market: Market,
): readonly TargetPart[] {
  if (levels.length === 0) return [];
  const sorted = levels.toSorted((a, b) => (side === 'long' ? a.price - b.price : b.price - a.price));
  const parts: TargetPart[] = [];
  let left = decimal(amount);
  let carried = decimal(0);
  for (const { price, share } of sorted) {
    const own = carried.plus(roundDownToStep(share * amount, market.stepSize));
    const part = own.greaterThan(left) ? left : own;
    if (isBelowMinimum(part.toNumber(), price, market)) {
      carried = part;
      continue;
    }
    carried = decimal(0);
    left = left.minus(part);
    parts.push({ price, amount: part.toNumber() });
  }
  const { price } = sorted.at(-1)!;
  const isWhole = sorted.reduce((sum, { share }) => sum + share, 0) >= 1 - DUST;
  const rest = isWhole || isBelowMinimum(left.toNumber(), price, market) ? left : carried;
  const last = parts.pop() ?? { price, amount: 0 };
  const lastAmount = rest.plus(last.amount).toNumber();
  return isBelowMinimum(lastAmount, last.price, market) && !isWhole
    ? parts
    : [...parts, { ...last, amount: lastAmount }];
}
