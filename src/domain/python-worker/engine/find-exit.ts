import { CLOSE, FALL, HIGH, LARGE_BITS, LOW, MIDDLE_BITS, ROW, SMALL_BITS, type ExitLevels } from './exit-levels.ts';

const SMALL_BARS = 1 << SMALL_BITS;
const MIDDLE_MASK = (1 << MIDDLE_BITS) - 1;
const LARGE_MASK = (1 << LARGE_BITS) - 1;
const MIDDLE_BAR_BITS = SMALL_BITS + MIDDLE_BITS;
const LARGE_BAR_BITS = MIDDLE_BAR_BITS + LARGE_BITS;

/** Offsets in a protection array. An array, because doubles passed as arguments would be boxed by the call. */
export const STOP = 0;
export const TARGET = 1;
export const TRAIL = 2;

/**
 * Returns the first bar in [from, to) whose low is at or below the stop or whose high is at or above the target; `to`
 * when there is none. Before each bar is tested, the stop rises to the bar's close minus the trail. Writes the stop of
 * the returned bar to `protection`.
 */
export function findExit(levels: ExitLevels, protection: Float64Array, from: number, to: number): number {
  const { bars, small, middle, large } = levels;
  const target = protection[TARGET]!;
  const trail = protection[TRAIL]!;
  const reach = trail - levels.tolerance;
  const smallEnd = to >> SMALL_BITS;
  const middleEnd = to >> MIDDLE_BAR_BITS;
  const largeEnd = to >> LARGE_BAR_BITS;
  let stop = protection[STOP]!;
  let bar = from;
  for (;;) {
    // Bar by bar to the end of the small block.
    const end = Math.min(to, (bar | (SMALL_BARS - 1)) + 1);
    for (; bar < end; bar += 1) {
      const row = bar * ROW;
      const trailed = bars[row + CLOSE]! - trail;
      if (trailed > stop) stop = trailed;
      if (bars[row + LOW]! <= stop || bars[row + HIGH]! >= target) {
        protection[STOP] = stop;
        return bar;
      }
    }
    if (bar >= to) break;
    // Then skip whole blocks, the largest aligned here first, until one that may contain an exit.
    let block = bar >> SMALL_BITS;
    for (;;) {
      if ((block & MIDDLE_MASK) === 0) {
        let wide = block >> MIDDLE_BITS;
        for (;;) {
          if ((wide & LARGE_MASK) === 0) {
            let widest = wide >> LARGE_BITS;
            while (widest < largeEnd) {
              const row = widest * ROW;
              if (large[row + LOW]! <= stop || large[row + HIGH]! >= target || large[row + FALL]! >= reach) break;
              const trailed = large[row + CLOSE]! - trail;
              if (trailed > stop) stop = trailed;
              widest += 1;
            }
            wide = widest << LARGE_BITS;
          }
          if (wide >= middleEnd) break;
          const row = wide * ROW;
          if (middle[row + LOW]! <= stop || middle[row + HIGH]! >= target || middle[row + FALL]! >= reach) break;
          const trailed = middle[row + CLOSE]! - trail;
          if (trailed > stop) stop = trailed;
          wide += 1;
        }
        block = wide << MIDDLE_BITS;
      }
      if (block >= smallEnd) break;
      const row = block * ROW;
      if (small[row + LOW]! <= stop || small[row + HIGH]! >= target || small[row + FALL]! >= reach) break;
      const trailed = small[row + CLOSE]! - trail;
      if (trailed > stop) stop = trailed;
      block += 1;
    }
    bar = block << SMALL_BITS;
  }
  protection[STOP] = stop;
  return to;
}
