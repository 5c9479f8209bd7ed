import { type Reach } from './dataset.ts';

/**
 * The levels of a position are fixed at its entry, so the search skips whole blocks whose extremes reach neither level
 * instead of walking bar by bar. All prices are in the coordinates of `Reach`: a short's prices are negated.
 */

/**
 * First bar in [from, to) that touches `stop` or `target`; `to` when none does. For positions without a trailing stop.
 * @param target NaN when there is none; comparisons with NaN are false.
 */
export function findTouch(
  { bars, by8, by32, by256 }: Reach,
  stop: number,
  target: number,
  from: number,
  to: number,
): number {
  let bar = from;
  while (bar < to) {
    const block256 = bar >>> 8;
    const end256 = (block256 + 1) << 8;
    if (by256[2 * block256]! > stop && !(by256[2 * block256 + 1]! >= target)) {
      bar = end256;
      continue;
    }
    while (bar < end256) {
      const block32 = bar >>> 5;
      const end32 = (block32 + 1) << 5;
      if (by32[2 * block32]! > stop && !(by32[2 * block32 + 1]! >= target)) {
        bar = end32;
        continue;
      }
      while (bar < end32) {
        const block8 = bar >>> 3;
        const end8 = (block8 + 1) << 3;
        if (by8[2 * block8]! > stop && !(by8[2 * block8 + 1]! >= target)) {
          bar = end8;
          continue;
        }
        for (; bar < end8; bar += 1) {
          if (bars[2 * bar]! <= stop || bars[2 * bar + 1]! >= target) return bar < to ? bar : to;
        }
      }
    }
  }
  return to;
}

/** Best price of a trailing search: input at its start, output at its end. */
export interface Trail {
  extreme: number;
}

/**
 * Rounding to the tick can raise a stop by a few units in the last place; prices within this margin are checked
 * exactly.
 */
const MARGIN = 1e-12;

/** Upper bound of the stop: the trailing level for `extreme` or the fixed stop. */
function highestStop(stop: number, extreme: number, distance: number): number {
  const raw = extreme - distance;
  return Math.max(stop, raw + Math.abs(raw) * MARGIN);
}

/**
 * As `findTouch`, with a stop that trails the best price of closed bars by `distance` (docs/simulation-rules.md rule
 * 6). Within a block the stop can rise at most to the block's own extreme minus the distance; a block that stays above
 * that level is skipped.
 *
 * @param levelOf trailing stop for an extreme, rounded by the fill rules; it rises with the extreme.
 * @param trail on return, the stop at the found bar is the tighter of `stop` and `levelOf(trail.extreme)`.
 */
export function findTrailingTouch(
  { bars, by8, by32, by256 }: Reach,
  stop: number,
  target: number,
  distance: number,
  levelOf: (extreme: number) => number,
  trail: Trail,
  from: number,
  to: number,
): number {
  let extreme = trail.extreme;
  /** The stop for the extreme `known`. */
  let level = stop;
  let known = -Infinity;
  let bar = from;
  search: while (bar < to) {
    const block256 = bar >>> 8;
    const end256 = (block256 + 1) << 8;
    let top = by256[2 * block256 + 1]!;
    let reached = top > extreme ? top : extreme;
    // A block entered in its middle may be skipped only when its earlier bars would not have moved the stop.
    let isOwn = reached === extreme || (bar & 255) === 0;
    if (isOwn && by256[2 * block256]! > highestStop(stop, reached, distance) && !(top >= target)) {
      extreme = reached;
      bar = end256;
      continue;
    }
    while (bar < end256) {
      const block32 = bar >>> 5;
      const end32 = (block32 + 1) << 5;
      top = by32[2 * block32 + 1]!;
      reached = top > extreme ? top : extreme;
      isOwn = reached === extreme || (bar & 31) === 0;
      if (isOwn && by32[2 * block32]! > highestStop(stop, reached, distance) && !(top >= target)) {
        extreme = reached;
        bar = end32;
        continue;
      }
      while (bar < end32) {
        const block8 = bar >>> 3;
        const end8 = (block8 + 1) << 3;
        top = by8[2 * block8 + 1]!;
        reached = top > extreme ? top : extreme;
        isOwn = reached === extreme || (bar & 7) === 0;
        if (isOwn && by8[2 * block8]! > highestStop(stop, reached, distance) && !(top >= target)) {
          extreme = reached;
          bar = end8;
          continue;
        }
        for (; bar < end8; bar += 1) {
          if (bar >= to) break search;
          if (bars[2 * bar]! <= highestStop(stop, extreme, distance)) {
            if (known !== extreme) {
              level = Math.max(stop, levelOf(extreme));
              known = extreme;
            }
            if (bars[2 * bar]! <= level) break search;
          }
          if (bars[2 * bar + 1]! >= target) break search;
          if (bars[2 * bar + 1]! > extreme) extreme = bars[2 * bar + 1]!;
        }
      }
    }
  }
  trail.extreme = extreme;
  return bar < to ? bar : to;
}
