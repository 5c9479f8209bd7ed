/** Bars in a block of each level; a larger block is a whole number of smaller ones. */
export const BLOCKS = [8, 32, 256] as const;

/**
 * A column with its smallest or largest value in each aligned block of 8, 32 and 256 bars, so that a search can pass
 * over a block that cannot hold what it looks for.
 */
export interface Extremes {
  readonly bars: Float64Array;
  readonly by8: Float64Array;
  readonly by32: Float64Array;
  readonly by256: Float64Array;
}

export function lowest(bars: Float64Array): Extremes {
  const by8 = smallestOf(bars, 8);
  const by32 = smallestOf(by8, 4);
  return { bars, by8, by32, by256: smallestOf(by32, 8) };
}

export function highest(bars: Float64Array): Extremes {
  const by8 = largestOf(bars, 8);
  const by32 = largestOf(by8, 4);
  return { bars, by8, by32, by256: largestOf(by32, 8) };
}

/** The same with every value negated: what was lowest is highest. Exact, for a float's sign is a bit of its own. */
export function negated({ bars, by8, by32, by256 }: Extremes): Extremes {
  const negative = (column: Float64Array): Float64Array => column.map((value) => -value);
  return { bars: negative(bars), by8: negative(by8), by32: negative(by32), by256: negative(by256) };
}

function smallestOf(column: Float64Array, size: number): Float64Array {
  const out = new Float64Array(Math.ceil(column.length / size)).fill(Infinity);
  for (let i = 0; i < column.length; i += 1) {
    const block = (i / size) | 0;
    if (column[i]! < out[block]!) out[block] = column[i]!;
  }
  return out;
}

function largestOf(column: Float64Array, size: number): Float64Array {
  const out = new Float64Array(Math.ceil(column.length / size)).fill(-Infinity);
  for (let i = 0; i < column.length; i += 1) {
    const block = (i / size) | 0;
    if (column[i]! > out[block]!) out[block] = column[i]!;
  }
  return out;
}
