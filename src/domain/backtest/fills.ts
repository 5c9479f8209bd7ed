import { roundAgainstUs } from '../market/rounding.ts';
import { type FillModel } from './result.ts';
import { exitSide, type OrderSide, type PositionSide } from '../market/side.ts';

/**
 * The fill rules of docs/simulation-rules.md as plain functions. Simulation and paper broker both call them and have no
 * fill rules of their own.
 */

type FillTerms = Pick<FillModel, 'market' | 'slippageRate' | 'priceImprovement'>;

/** Fill price of a market order at `quoted`: slippage first, then rounding against us to the tick (rules 2 and 9). */
export function marketFill(side: OrderSide, quoted: number, { market, slippageRate }: FillTerms): number {
  const slipped = side === 'buy' ? quoted * (1 + slippageRate) : quoted * (1 - slippageRate);
  return roundAgainstUs(slipped, market.tickSize, side);
}

/**
 * Price at which a touched stop trades, before slippage (rule 2): the stop, or the open when the bar gapped beyond it.
 * Never better than the stop.
 */
export function stopQuote(side: PositionSide, stop: number, open: number): number {
  return side === 'long' ? Math.min(open, stop) : Math.max(open, stop);
}

/** Fill price of a stop: a market order at its quote, with slippage. */
export function stopFill(side: PositionSide, stop: number, open: number, terms: FillTerms): number {
  return marketFill(exitSide(side), stopQuote(side, stop, open), terms);
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
 * Which of stop and target a bar touched (rules 4 and 7). A bar that opens beyond the stop is not ambiguous: the open
 * is its first price, so the stop fills there.
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
  const stopped = long ? low <= stop : high >= stop;
  const reached = long ? high >= target : low <= target;
  if (stopped) return reached ? 'ambiguous' : 'stop';
  return reached ? 'target' : 'none';
}
