import { roundAgainstUs } from '../market/rounding.ts';
import { type FillModel } from './result.ts';
import { DUST } from '../strategies/sizing.ts';
import { exitSide, type OrderSide, type PositionSide } from '../market/side.ts';

/**
 * The fill rules of docs/simulation-rules.md as plain functions. Simulation and paper broker both call them and have no
 * fill rules of their own.
 */

type FillTerms = Pick<FillModel, 'market' | 'slippageRate' | 'stopRangeShare' | 'priceImprovement'>;

/** Fill price of a market order at `quoted`: slippage first, then rounding against us to the tick (rules 2 and 9). */
export function marketFill(side: OrderSide, quoted: number, { market, slippageRate }: FillTerms): number {
  const slipped = side === 'buy' ? quoted * (1 + slippageRate) : quoted * (1 - slippageRate);
  return roundAgainstUs(slipped, market.tickSize, side);
}

/**
 * Fill price of a touched stop (rule 2). A bar that opens beyond it fills it at its open, like any market order. Inside
 * the bar it fills at the stop with slippage, which is at least `stopRangeShare` of the bar's range: a level that a fast
 * bar ran through was not filled at the level. A `slippageRate` of 0 switches both off.
 * @param range high minus low of the bar.
 */
export function stopFill(side: PositionSide, stop: number, open: number, range: number, terms: FillTerms): number {
  const { market, slippageRate, stopRangeShare } = terms;
  const long = side === 'long';
  if (slippageRate === 0 || (long ? open <= stop : open >= stop)) {
    return marketFill(exitSide(side), long ? Math.min(open, stop) : Math.max(open, stop), terms);
  }
  const least = stopRangeShare * range;
  const slipped = long
    ? Math.max(0, Math.min(stop * (1 - slippageRate), stop - least))
    : Math.max(stop * (1 + slippageRate), stop + least);
  return roundAgainstUs(slipped, market.tickSize, exitSide(side));
}

/**
 * Fill price of a resting limit: its limit, or the open on a favourable gap with price improvement (rule 3). No
 * slippage.
 */
export function targetFill(side: PositionSide, target: number, open: number, { priceImprovement }: FillTerms): number {
  if (!priceImprovement) return target;
  return side === 'long' ? Math.max(open, target) : Math.min(open, target);
}

/** Fee of a fill, quote currency (rule 8). */
export function feeOf(quantity: number, price: number, rate: number): number {
  return quantity * price * rate;
}

/** Effect of a bar on a protected position. `ambiguous`: the bar touched stop and target in unknown order. */
export type BarOutcome = 'none' | 'stop' | 'target' | 'ambiguous';

/**
 * Which of stop and target a bar touched (rules 4 and 7). A bar that opens beyond one of them is not ambiguous: the open
 * is its first price, so that one fills.
 * @param stop NaN when there is none.
 * @param target NaN when there is none.
 */
export function outcomeOf(
  side: PositionSide,
  stop: number,
  target: number,
  open: number,
  high: number,
  low: number,
): BarOutcome {
  const long = side === 'long';
  const gapped = long ? open <= stop : open >= stop;
  if (gapped) return 'stop';
  if (long ? open >= target : open <= target) return 'target';
  const stopped = long ? low <= stop : high >= stop;
  const reached = long ? high >= target : low <= target;
  if (stopped) return reached ? 'ambiguous' : 'stop';
  return reached ? 'target' : 'none';
}

/**
 * Price at which a short has cost the whole account, so that its equity is 0 (rule 12): touched, it is liquidated like
 * a stop. Infinity for a long, which is paid in full and cannot lose more.
 * @param cash before the entry, quote currency.
 */
export function liquidationLevel(
  side: PositionSide,
  cash: number,
  entryPrice: number,
  quantity: number,
  entryFee: number,
): number {
  return side === 'long' ? Infinity : (entryPrice + (cash - entryFee) / quantity) * (1 - DUST);
}

/** Recorded price of a liquidation: its level on the tick, against us. */
export function liquidationFill(level: number, tickSize: number): number {
  return roundAgainstUs(level, tickSize, 'buy');
}

/** Whether a gain takes all of the cash, so that nothing is left to trade with. */
export function isRuin(gain: number, cash: number): boolean {
  return gain <= -cash * (1 - DUST);
}
