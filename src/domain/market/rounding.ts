import { AppError } from '../errors.ts';
import { type OrderSide } from './side.ts';

/**
 * Rounding per docs/simulation-rules.md rule 9, exact in decimal: a result is the double nearest to the decimal
 * multiple of the increment, never 0.30000000000000004.
 *
 * A value within a few units in the last place of a multiple counts as that multiple, so that floating-point error of
 * earlier arithmetic (1.1 * 100) does not cost a tick. This error is at most 9e-16 of the value, far below any
 * increment.
 */
const ROUNDING_ERROR = 4 * Number.EPSILON;

/** Rounds `amount` down to a multiple of `step`; the amount never grows. */
export function roundDownToStep(amount: number, step: number): number {
  return onGrid(amount, step, Math.floor);
}

/** Rounds a price to `tick` against us: a buy price up, a sell price down. */
export function roundAgainstUs(price: number, tick: number, side: OrderSide): number {
  return onGrid(price, tick, side === 'buy' ? Math.ceil : Math.floor);
}

/** An increment as a whole number of `units` of 1 / `scale`, so that its multiples are computed exactly. */
interface Grid {
  readonly increment: number;
  readonly scale: number;
  readonly units: number;
}

/**
 * Cache of grids: computing one costs more than the rest of a fill. A market has two increments, so a linear search is
 * enough.
 */
const grids: Grid[] = [];
const MAX_GRIDS = 16;

function gridOf(increment: number): Grid {
  for (let i = 0; i < grids.length; i += 1) if (grids[i]!.increment === increment) return grids[i]!;
  if (!(increment > 0 && Number.isFinite(increment))) {
    throw new AppError('internal', `${increment} is not an increment: it must be above zero`);
  }
  const scale = 10 ** decimalsOf(increment);
  const grid = { increment, scale, units: Math.round(increment * scale) };
  if (grids.length === MAX_GRIDS) grids.length = 0;
  grids.push(grid);
  return grid;
}

function onGrid(value: number, increment: number, direction: (ratio: number) => number): number {
  const { scale, units } = gridOf(increment);
  const ratio = value / increment;
  // Multiples beyond 2^53 are finer than a double can represent, so the value is already the nearest multiple.
  if (!(Math.abs(ratio) * units <= Number.MAX_SAFE_INTEGER)) return value;
  const nearest = (Math.round(ratio) * units) / scale;
  if (Math.abs(value - nearest) <= ROUNDING_ERROR * Math.abs(value)) return nearest;
  return (direction(ratio) * units) / scale;
}

/** Digits after the decimal point in the shortest decimal form: 0.01 has 2, 1e-8 has 8, 25 has 0. */
export function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const fraction = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}
