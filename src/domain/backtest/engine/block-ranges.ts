/**
 * Ranges of aligned blocks of 8, 32 and 256 bars, so that a search can skip a block that cannot contain a match. Block
 * b has its lowest value at 2 b and its highest at 2 b + 1: they are read together, so that each block costs one memory
 * access in a long series.
 */
export interface BlockRanges {
  readonly by8: Float64Array;
  readonly by32: Float64Array;
  readonly by256: Float64Array;
}

/** @param bars lowest and highest value of each bar, interleaved. */
export function blockRanges(bars: Float64Array): BlockRanges {
  const by8 = aggregate(bars, 8);
  const by32 = aggregate(by8, 4);
  return { by8, by32, by256: aggregate(by32, 8) };
}

/** Interleaves two columns. */
export function interleave(lowest: Float64Array, highest: Float64Array): Float64Array {
  const pairs = new Float64Array(2 * lowest.length);
  for (let i = 0; i < lowest.length; i += 1) {
    pairs[2 * i] = lowest[i]!;
    pairs[2 * i + 1] = highest[i]!;
  }
  return pairs;
}

/** The ranges negated. This is exact, because the sign of a double is a separate bit. */
export function negated(pairs: Float64Array): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    out[i] = -pairs[i + 1]!;
    out[i + 1] = -pairs[i]!;
  }
  return out;
}

function aggregate(pairs: Float64Array, size: number): Float64Array {
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
