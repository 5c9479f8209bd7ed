/** Bars per word. */
const WORD_BITS = 5;
const WORD_BARS = 1 << WORD_BITS;

/**
 * Bit b of word w is set when, at bar 32 w + b, `left` is above `right` (`isAbove`) or below it. Comparisons with NaN
 * are false.
 */
export function ruleBitmap(
  length: number,
  left: Float64Array | number,
  isAbove: boolean,
  right: Float64Array | number,
): Uint32Array {
  const above = columnOf(length, isAbove ? left : right);
  const below = columnOf(length, isAbove ? right : left);
  const words = new Uint32Array((length + WORD_BARS - 1) >> WORD_BITS);
  for (let word = 0; word < words.length; word += 1) {
    const start = word << WORD_BITS;
    const end = Math.min(start + WORD_BARS, length);
    let bits = 0;
    for (let bar = start; bar < end; bar += 1) if (above[bar]! > below[bar]!) bits |= 1 << (bar - start);
    words[word] = bits;
  }
  return words;
}

/** Expands a constant to a column, so that the loop over the bars always sees the same types and stays optimised. */
function columnOf(length: number, operand: Float64Array | number): Float64Array {
  return typeof operand === 'number' ? new Float64Array(length).fill(operand) : operand;
}

/** First bar in [from, to) that is set in all three bitmaps; `to` when there is none. */
export function nextSignal(a: Uint32Array, b: Uint32Array, c: Uint32Array, from: number, to: number): number {
  let word = from >> WORD_BITS;
  const end = (to + WORD_BARS - 1) >> WORD_BITS;
  let bits = word < end ? a[word]! & b[word]! & c[word]! & (-1 << (from & (WORD_BARS - 1))) : 0;
  while (bits === 0) {
    word += 1;
    if (word >= end) return to;
    bits = a[word]! & b[word]! & c[word]!;
  }
  return Math.min(to, (word << WORD_BITS) + 31 - Math.clz32(bits & -bits));
}
