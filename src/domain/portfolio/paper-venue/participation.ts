import { type Candle } from '../../market/candle.ts';
import { type Market } from '../../market/market.ts';
import { roundDownToStep } from '../../market/rounding.ts';
import { isBelowMinimum } from '../../strategies/sizing.ts';
import { decimal } from '../money.ts';
import { type BarStep, type VenueTerms } from './bar-step.ts';

/** Base units that the fills of a bar may take together (docs/simulation-rules.md rule 24). */
export function volumeShareOf({ volume }: Candle, { participation, market }: VenueTerms): number {
  // A volume that nobody knows limits nothing.
  if (participation === undefined || Number.isNaN(volume)) return Infinity;
  return roundDownToStep(participation * volume, market.stepSize);
}

/** Part of an entry that fills; 0 where the part would be below the minimum and the whole is not. */
export function entryPart(amount: number, left: number, price: number, market: Market): number {
  if (amount <= left) return amount;
  return isBelowMinimum(left, price, market) ? 0 : left;
}

/** Part of an exit that fills. A rest below the minimum could not be sold alone: it goes with the last part. */
export function exitPart(amount: number, left: number, price: number, market: Market): number {
  if (amount <= left || left <= 0) return Math.min(amount, Math.max(0, left));
  const rest = decimal(amount).minus(left).toNumber();
  return isBelowMinimum(rest, price, market) ? amount : left;
}

export function takeVolume(step: BarStep, amount: number): void {
  step.volumeLeft = decimal(step.volumeLeft).minus(amount).toNumber();
}
