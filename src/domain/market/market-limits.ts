import { isUntraded, type CandleColumns } from './candle-columns.ts';

/** What the candles of a market show of its limits. */
export interface PrintedPrices {
  /** Most fraction digits printed in its prices; trailing zeros count. */
  readonly fractionDigits: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Extremes of candles with trades; Infinity and 0 when there are none. */
export function printedPrices(
  columns: Pick<CandleColumns, 'low' | 'high' | 'volume'>,
  fractionDigits: number,
): PrintedPrices {
  const { low, high } = columns;
  let lowest = Infinity;
  let highest = 0;
  for (let i = 0; i < low.length; i += 1) {
    if (isUntraded(columns, i)) continue;
    if (low[i]! < lowest) lowest = low[i]!;
    if (high[i]! > highest) highest = high[i]!;
  }
  return { fractionDigits, lowest, highest };
}

/** Rounding to the tick of a market that nobody has described costs at most this share of a price. */
const TICK_SHARE = 1e-4;
/** Rounding to its step costs an order of the least notional at most this share of its size. */
const STEP_SHARE = 1e-2;
const LARGEST_STEP = 1e-8;

/**
 * Tick of a market that nobody has described (docs/simulation-rules.md rule 9): the last digit that its prices print, or
 * a finer one where that would cost more than 0.01 % of its lowest price.
 */
export function undescribedTick({ fractionDigits, lowest }: PrintedPrices): number {
  return powerOfTen(Math.min(-fractionDigits, exponentOf(lowest * TICK_SHARE)));
}

/** Step of a market that nobody has described: 1e-8, or finer where the base unit is so dear that this would matter. */
export function undescribedStep({ highest }: PrintedPrices, minNotional: number): number {
  if (!(minNotional > 0)) return LARGEST_STEP;
  return Math.min(LARGEST_STEP, powerOfTen(exponentOf((minNotional / highest) * STEP_SHARE)));
}

/** Exponent of the largest power of ten that is not above the value; products that miss one by rounding count as it. */
function exponentOf(value: number): number {
  return Number(value.toExponential(12).split('e')[1]);
}

/** `10 ** -5` is not always the double nearest to 0.00001; its decimal form is. */
const powerOfTen = (exponent: number): number => Number(`1e${exponent}`);
