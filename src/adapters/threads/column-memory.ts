/**
 * Pool of SharedArrayBuffers. V8 does not count their content as heap, so it does not collect dropped ones in time: a
 * process that allocates one per column grows by gigabytes. Fresh pages are also slow, because the operating system
 * clears each before its first use.
 */
export interface ColumnMemory {
  /** Returns at least `bytes`, not cleared. */
  take(bytes: number): SharedArrayBuffer;
  /** Returns memory to the pool. Call it only when no thread reads or writes it any more. */
  give(memory: SharedArrayBuffer): void;
  /** Drops unused memory beyond the limit. */
  trim(): void;
}

/** @param maxSpare maximum of unused bytes to keep at this moment; the rest is dropped */
export function createColumnMemory(maxSpare: () => number): ColumnMemory {
  /** By size; least recently used size first. */
  const spare = new Map<number, SharedArrayBuffer[]>();
  let spareBytes = 0;

  const popOf = (size: number): SharedArrayBuffer | undefined => {
    const buffers = spare.get(size);
    const found = buffers?.pop();
    if (found) spareBytes -= size;
    if (buffers?.length === 0) spare.delete(size);
    return found;
  };

  function trim(): void {
    // Columns in use may exceed the limit for a while; then nothing is spare.
    while (spareBytes > Math.max(0, maxSpare())) popOf(spare.keys().next().value!);
  }

  return {
    trim,
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
      trim();
    },
  };
}

/**
 * Bytes that `take` allocates for `bytes`: rounded up by at most one eighth or one page, so that a growing series
 * reuses its memory.
 */
export function roomFor(bytes: number): number {
  const step = 2 ** Math.max(12, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
