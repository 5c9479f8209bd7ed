/**
 * The range of each aligned block of 8, 32 and 256 bars, so that a search can pass over a block that cannot hold what it
 * looks for. Lowest and highest value stand side by side: block b has them at 2 b and 2 b + 1. They are read together, and in
 * a long series each place that is read is another wait for memory.
 */
export interface BlockRanges {
  readonly by8: Float64Array;
  readonly by32: Float64Array;
  readonly by256: Float64Array;
}

/** @param bars lowest and highest of each bar, side by side. */
export function blockRanges(bars: Float64Array): BlockRanges {
  const by8 = joined(bars, 8);
  const by32 = joined(by8, 4);
  return { by8, by32, by256: joined(by32, 8) };
}

/** Two columns side by side. */
export function sideBySide(lowest: Float64Array, highest: Float64Array): Float64Array {
  const pairs = new Float64Array(2 * lowest.length);
  for (let i = 0; i < lowest.length; i += 1) {
    pairs[2 * i] = lowest[i]!;
    pairs[2 * i + 1] = highest[i]!;
  }
  return pairs;
}

/** The same ranges mirrored at zero. Exact, for a double's sign is a bit of its own. */
export function mirrored(pairs: Float64Array): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    out[i] = -pairs[i + 1]!;
    out[i + 1] = -pairs[i]!;
  }
  return out;
}

function joined(pairs: Float64Array, size: number): Float64Array {
  const blocks = Math.ceil(pairs.length / (2 * size));
  const out = new Float64Array(2 * blocks);
  for (let block = 0; block < blocks; block += 1) {
    const to = Math.min(2 * size * (block + 1), pairs.length);
    let low = Infinity;
    let high = -Infinity;
    for (let i = 2 * size * block; i < to; i += 2) {
      if (pairs[i]! < low) low = pairs[i]!;
      if (pairs[i + 1]! > high) high = pairs[i + 1]!;
    }
    out[2 * block] = low;
    out[2 * block + 1] = high;
  }
  return out;
}
