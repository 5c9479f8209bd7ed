import { type Reach } from './dataset.ts';

/*
 * When a position is touched is known at its entry: the levels are fixed, so instead of walking bar by bar the search
 * passes over whole blocks whose extremes reach neither level. Everything here is in the coordinates of `Reach`: a
 * short's prices are negated.
 */

/**
 * First bar in [from, to) that touches `stop` or `target`; `to` when none does. For a position without a trailing stop.
 * @param target NaN when there is none: it is never reached.
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

/** The furthest price in favour of a trailing search: in at its start, out at its end. */
export interface Trail {
  extreme: number;
}

/** Rounding to the tick can lift a stop by a few units in the last place; what comes this close is looked at exactly. */
const MARGIN = 1e-12;

/** No stop that trails `extreme` by `distance`, or the fixed one, is above this. */
function highestStop(stop: number, extreme: number, distance: number): number {
  const raw = extreme - distance;
  return Math.max(stop, raw + Math.abs(raw) * MARGIN);
}

/**
 * As `findTouch` with a stop that trails the furthest price of closed bars by `distance` (docs/simulation-rules.md rule 6). Within a
 * block the stop can rise at most to the block's own extreme less the distance: a block that stays above that is passed.
 *
 * @param levelOf the trailing stop for an extreme, rounded as the fill rules say; it rises with the extreme.
 * @param trail the stop in force at the bar found is the tighter of `stop` and `levelOf(trail.extreme)`.
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
  /** The stop that belongs to the extreme `known`. */
  let level = stop;
  let known = -Infinity;
  let bar = from;
  search: while (bar < to) {
    const block256 = bar >>> 8;
    const end256 = (block256 + 1) << 8;
    let top = by256[2 * block256 + 1]!;
    let reached = top > extreme ? top : extreme;
    // A block that is entered in its middle may be passed only when its bars before that would not have moved the stop.
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
