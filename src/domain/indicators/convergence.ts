/**
 * A recursive average always depends on its start: each bar keeps 1 - weight of the first value's error. A line has
 * settled when the remaining error is below SETTLED_DRIFT of the line's own scale; it is undefined before
 * (docs/simulation-rules.md rule 17).
 */

/** Drift below which a line has settled. */
export const SETTLED_DRIFT = 1e-9;

/**
 * Largest assumed error of a first value, in units of the line's scale. For prices: the price itself. Ranges and moves,
 * and lines derived from them, vary more: up to 26 times their mean on real candles (docs/adr/0011).
 */
export const FIRST_PRICE_ERROR = 1;
export const FIRST_MOVE_ERROR = 30;

/**
 * Bars until the error of the last in a chain of exponential averages falls below SETTLED_DRIFT and stays there. Each
 * average feeds the next, and each starts with an error of `firstError`. An average of weight 1 has no memory.
 */
export function barsToSettle(weights: readonly number[], firstError: number): number {
  const key = `${weights.join()}/${firstError}`;
  const known = settled.get(key);
  if (known !== undefined) return known;
  const bars = countBars(weights, firstError);
  if (settled.size >= MAX_CACHED) settled.clear();
  settled.set(key, bars);
  return bars;
}

/** Cache: counting takes thousands of steps, and the specs of a search repeat the same weights. */
const settled = new Map<string, number>();
const MAX_CACHED = 4096;

function countBars(weights: readonly number[], firstError: number): number {
  const remembering = weights.filter((weight) => weight < 1);
  if (remembering.length === 0) return 0;
  const errors = remembering.map(() => firstError);
  let bars = 0;
  while (errors.at(-1)! >= SETTLED_DRIFT) {
    let fed = 0;
    for (const [stage, weight] of remembering.entries()) {
      errors[stage]! += weight * (fed - errors[stage]!);
      fed = errors[stage]!;
    }
    bars += 1;
  }
  return bars;
}

/** Weight of the newest value in an exponential average, and in Wilder's. */
export const exponentialWeight = (period: number): number => 2 / (period + 1);
export const wilderWeight = (period: number): number => 1 / period;
