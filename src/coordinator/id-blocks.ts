import { type FleetCounterStore } from '../ports/fleet/stores.ts';

export interface NumberPool {
  next(): Promise<number>;
}

/** Numbers of a counter, reserved from the store in blocks. The unused rest of a process's block stays unused. */
export function createNumberPool(
  counters: FleetCounterStore,
  counter: Parameters<FleetCounterStore['take']>[0],
  block: number,
): NumberPool {
  let next = 0;
  let end = 0;
  let taking: Promise<void> | null = null;

  async function take(): Promise<void> {
    next = await counters.take(counter, block);
    end = next + block;
  }

  return {
    async next() {
      while (next >= end) {
        taking ??= take().finally(() => (taking = null));
        await taking;
      }
      next += 1;
      return next - 1;
    },
  };
}
