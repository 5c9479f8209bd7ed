import { roundAgainstUs } from '../market/rounding.ts';
import { type FillModel } from './result.ts';
import { exitSide, type OrderSide, type PositionSide } from '../market/side.ts';

/*
 * The fill rules of docs/simulation-rules.md over plain numbers. The simulation and the paper broker call the same functions;
 * neither has rules of its own.
 */

type FillTerms = Pick<FillModel, 'market' | 'slippageRate' | 'priceImprovement'>;

/** A market order at `quoted`: worse by the slippage, then rounded against us to the tick (rules 2 and 9). */
export function marketFill(side: OrderSide, quoted: number, { market, slippageRate }: FillTerms): number {
  const slipped = side === 'buy' ? quoted * (1 + slippageRate) : quoted * (1 - slippageRate);
  return roundAgainstUs(slipped, market.tickSize, side);
}

/**
 * The price at which a touched stop trades, before slippage (rule 2): the stop, or the open when the bar gapped beyond
 * it. Never better than the stop.
 */
export function stopQuote(side: PositionSide, stop: number, open: number): number {
  return side === 'long' ? Math.min(open, stop) : Math.max(open, stop);
}

/** A stop is a market order: its quote with slippage. */
export function stopFill(side: PositionSide, stop: number, open: number, terms: FillTerms): number {
  return marketFill(exitSide(side), stopQuote(side, stop, open), terms);
}

/** A resting limit fills at its limit; with price improvement at the open on a favourable gap (rule 3). No slippage. */
export function targetFill(side: PositionSide, target: number, open: number, { priceImprovement }: FillTerms): number {
  if (!priceImprovement) return target;
  return side === 'long' ? Math.max(open, target) : Math.min(open, target);
}

/** The fee of a fill, quote currency (rule 8). */
export function feeOf(quantity: number, price: number, rate: number): number {
  return quantity * price * rate;
}

/** What a bar does to a protected position. `ambiguous`: it touched stop and target, in an order nobody knows. */
export type BarOutcome = 'none' | 'stop' | 'target' | 'ambiguous';

/**
 * Which of stop and target a bar touched (rules 4 and 7). A bar that opens beyond the stop is no riddle: the open is the
 * first price there was, so the stop went there, whatever came later.
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
