import { type Comparison } from '../../strategies/spec.ts';
import { emptyBitmap, fillRange, intersect, isSet, type Bitmap } from './bitmap.ts';

/** A column, or a constant. */
export type Side = Float64Array | number;

/**
 * Bitmap of the bars where a rule holds: the comparisons of `compileRules` for all bars at once. Undefined values are
 * NaN, and comparisons with NaN are false (docs/simulation-rules.md rule 10). A crossing also needs the last real bar
 * before.
 */
export function ruleBitmap(op: Comparison, left: Side, right: Side, bars: number, gaps: Gaps): Bitmap {
  switch (op) {
    case '>':
      return above(left, right, bars);
    case '<':
      return above(right, left, bars);
    case '>=':
      return atOrAbove(left, right, bars);
    case '<=':
      return atOrAbove(right, left, bars);
    case 'crosses-above':
      return crossing(above(left, right, bars), atOrAbove(right, left, bars), gaps);
    case 'crosses-below':
      return crossing(above(right, left, bars), atOrAbove(left, right, bars), gaps);
  }
}

/** Runs of flagged bars. */
export interface Gaps {
  /** Bit set where the bar is real. */
  readonly real: Bitmap;
  /** First bar of each run, and the first bar after it. */
  readonly runs: Int32Array;
}

/**
 * Real bars where `now` holds and `before` holds at the last real bar before; never bar 0. A flagged bar stands for the
 * real one before its run: then the bar before is always the right one.
 */
function crossing(now: Bitmap, before: Bitmap, { real, runs }: Gaps): Bitmap {
  for (let run = 0; run < runs.length; run += 2) {
    const from = runs[run]!;
    fillRange(before, from, runs[run + 1]!, from > 0 && isSet(before, from - 1));
  }
  if (runs.length > 0) intersect(now, real);
  for (let i = now.length - 1; i > 0; i -= 1) now[i]! &= (before[i]! << 1) | (before[i - 1]! >>> 31);
  if (now.length > 0) now[0]! &= before[0]! << 1;
  return now;
}

/**
 * One loop per combination of column and constant, so that each loop's machine code sees one operand type only. The two
 * comparisons are written out for the same reason.
 */

function above(left: Side, right: Side, bars: number): Bitmap {
  const bits = emptyBitmap(bars);
  if (typeof left === 'number' && typeof right === 'number') {
    if (left > right) fillOnes(bits, bars);
  } else if (typeof left === 'number') {
    const column = right as Float64Array;
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left > column[i]! ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  } else if (typeof right === 'number') {
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left[i]! > right ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  } else {
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left[i]! > right[i]! ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  }
  return bits;
}

function atOrAbove(left: Side, right: Side, bars: number): Bitmap {
  const bits = emptyBitmap(bars);
  if (typeof left === 'number' && typeof right === 'number') {
    if (left >= right) fillOnes(bits, bars);
  } else if (typeof left === 'number') {
    const column = right as Float64Array;
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left >= column[i]! ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  } else if (typeof right === 'number') {
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left[i]! >= right ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  } else {
    for (let from = 0; from < bars; from += 32) {
      const to = Math.min(from + 32, bars);
      let word = 0;
      for (let i = from; i < to; i += 1) word |= (left[i]! >= right[i]! ? 1 : 0) << i;
      bits[from >>> 5] = word;
    }
  }
  return bits;
}

function fillOnes(bits: Bitmap, bars: number): void {
  bits.fill(0xffff_ffff);
  if ((bars & 31) !== 0) bits[bits.length - 1]! >>>= 32 - (bars & 31);
}
