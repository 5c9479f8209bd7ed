/** Events ordered by time; events of the same time in the order in which they were added. */
export interface EventQueue<T> {
  add(at: number, event: T): void;
  /** Removes and returns the next event; null if there is none. */
  next(): { readonly at: number; readonly event: T } | null;
}

interface Entry<T> {
  readonly at: number;
  readonly seq: number;
  readonly event: T;
}

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

/** A binary heap. */
export function createEventQueue<T>(): EventQueue<T> {
  const heap: Entry<T>[] = [];
  let seq = 0;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    add(at, event) {
      heap.push({ at, seq, event });
      seq += 1;
      for (let i = heap.length - 1; i > 0;) {
        const parent = (i - 1) >> 1;
        if (!isBefore(heap[i]!, heap[parent]!)) break;
        swap(i, parent);
        i = parent;
      }
    },
    next() {
      const first = heap[0];
      if (!first) return null;
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
      for (let i = 0; ;) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) {
          if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
        }
        if (least === i) break;
        swap(i, least);
        i = least;
      }
      return { at: first.at, event: first.event };
    },
  };
}
