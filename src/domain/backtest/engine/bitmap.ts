/** One bit per bar, 32 bars per word: bar i is bit i & 31 of word i >> 5. Bits beyond the last bar are 0. */
export type Bitmap = Uint32Array;

export function emptyBitmap(bars: number): Bitmap {
  return new Uint32Array((bars + 31) >>> 5);
}

export function isSet(bits: Bitmap, bar: number): boolean {
  return (bits[bar >>> 5]! & (1 << (bar & 31))) !== 0;
}

/** Sets or clears the bits in [from, to). */
export function fillRange(bits: Bitmap, from: number, to: number, value: boolean): void {
  for (let bar = from; bar < to;) {
    const end = Math.min(to, (bar | 31) + 1);
    const mask = (0xffff_ffff >>> (32 - (end - bar))) << (bar & 31);
    if (value) bits[bar >>> 5]! |= mask;
    else bits[bar >>> 5]! &= ~mask;
    bar = end;
  }
}

/** First set bit in [from, to); `to` when there is none. */
export function nextSet(bits: Bitmap, from: number, to: number): number {
  if (from >= to) return to;
  let index = from >>> 5;
  let word = (bits[index]! >>> (from & 31)) << (from & 31);
  const last = (to - 1) >>> 5;
  while (word === 0) {
    if (index === last) return to;
    index += 1;
    word = bits[index]! | 0;
  }
  // word & -word leaves the lowest set bit; 31 - clz32 is its position.
  const bar = (index << 5) + 31 - Math.clz32(word & -word);
  return bar < to ? bar : to;
}

/** Intersects `into` with `other`, in place. */
export function intersect(into: Bitmap, other: Bitmap): void {
  for (let i = 0; i < into.length; i += 1) into[i]! &= other[i]!;
}

/** Unites `into` with `other`, in place. */
export function unite(into: Bitmap, other: Bitmap): void {
  for (let i = 0; i < into.length; i += 1) into[i]! |= other[i]!;
}
