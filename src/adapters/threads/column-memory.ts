/**
 * Shared memory that is used again. V8 does not count what a SharedArrayBuffer holds, so that nothing makes it collect
 * those that were dropped: a process that allocates a new one for every column grows by gigabytes. And fresh pages cost
 * more than the column: the system clears each before its first use.
 */
export interface ColumnMemory {
  /** At least `bytes`, with whatever is in it. */
  take(bytes: number): SharedArrayBuffer;
  /** Only when nobody reads or writes it any more. */
  give(memory: SharedArrayBuffer): void;
}

/** @param maxSpare bytes that may lie unused; beyond that they are dropped. */
export function createColumnMemory(maxSpare: number): ColumnMemory {
  /** By size, the size unused for longest first. */
  const spare = new Map<number, SharedArrayBuffer[]>();
  let spareBytes = 0;

  const popOf = (size: number): SharedArrayBuffer | undefined => {
    const buffers = spare.get(size);
    const found = buffers?.pop();
    if (found) spareBytes -= size;
    if (buffers?.length === 0) spare.delete(size);
    return found;
  };

  return {
    take(bytes) {
      const size = roomFor(bytes);
      return popOf(size) ?? new SharedArrayBuffer(size);
    },
    give(memory) {
      const size = memory.byteLength;
      const buffers = spare.get(size) ?? [];
      spare.delete(size);
      spare.set(size, [...buffers, memory]);
      spareBytes += size;
      while (spareBytes > maxSpare) popOf(spare.keys().next().value!);
    },
  };
}

/** Bytes that `take` gives for so many: an eighth more at the most, or a page, so that a series that grows finds its memory again. */
export function roomFor(bytes: number): number {
  const step = 2 ** Math.max(12, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
