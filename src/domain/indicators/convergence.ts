/*
 * Recursive averages never forget where they began: each bar keeps 1 - weight of the error of the first value. A line has
 * settled once what is left of that error is less than SETTLED_DRIFT of the line's own scale.
 */

/** Drift below which a line has settled: 0.01 %. */
export const CONVERGED_DRIFT = 1e-4;

/**
 * How far off a first value may be, in units of what its line is measured by. A price by as much as itself. Ranges, moves
 * and what is made of them swing more: up to 26 times their mean on real candles (docs/adr/0011).
 */
export const FIRST_PRICE_ERROR = 1;
export const FIRST_MOVE_ERROR = 30;

/**
 * Bars until the error of the last of a chain of exponential averages, each fed by the one before and all of them off by
 * `firstError` at their first value, is below SETTLED_DRIFT, and stays there. An average of weight 1 has no memory.
 */
export function barsToConverge(weights: readonly number[], firstError: number): number {
  const key = `${weights.join()}/${firstError}`;
  const known = converged.get(key);
  if (known !== undefined) return known;
  const bars = countBars(weights, firstError);
  if (converged.size >= MAX_SETTLED) converged.clear();
  converged.set(key, bars);
  return bars;
}

/** Counting takes thousands of steps, and a search asks the same again for each of its specs. */
const converged = new Map<string, number>();
const MAX_SETTLED = 4096;

function countBars(weights: readonly number[], firstError: number): number {
  const remembering = weights.filter((weight) => weight < 1);
  if (remembering.length === 0) return 0;
  const errors = remembering.map(() => firstError);
  let bars = 0;
  while (errors.at(-1)! >= CONVERGED_DRIFT) {
    let fed = 0;
    for (const [stage, weight] of remembering.entries()) {
      errors[stage]! += weight * (fed - errors[stage]!);
      fed = errors[stage]!;
    }
    bars += 1;
  }
  return bars;
}

/** What the newest value weighs in an exponential average, and in Wilder's. */
export const exponentialWeight = (period: number): number => 2 / (period + 1);
export const wilderWeight = (period: number): number => 1 / period;
