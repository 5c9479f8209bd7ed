import { type EncodedOperand, type EncodedRule } from '../genomes/encode-genome.ts';
import { cleanColumns, type WorkerColumns } from './columns.ts';
import { exitLevels, type ExitLevels } from './exit-levels.ts';
import { indicatorColumn } from './indicator-column.ts';
import { ruleBitmap } from './rule-bitmap.ts';
import { type PositionSide } from '../../market/side.ts';

/** Candles of one frame with cached indicator columns, rule bitmaps and exit levels. */
export interface WorkerDataset {
  readonly length: number;
  readonly columns: WorkerColumns;
  /** Values of an operand at every bar; a number when it is constant. */
  operand(operand: EncodedOperand): Float64Array | number;
  /** Bitmap of the bars where a rule holds. */
  bitmap(rule: EncodedRule): Uint32Array;
  exitLevels(side: PositionSide): ExitLevels;
}

/**
 * Memory limit of cached bitmaps in bytes; the oldest is dropped first. The rules of the random generator need 2 MB at
 * 59,000 bars.
 */
const BITMAP_BYTES = 64 * 2 ** 20;

/** @throws AppError `bad-candles` for columns of different lengths. */
export function createWorkerDataset(candles: WorkerColumns): WorkerDataset {
  const columns = cleanColumns(candles);
  const { length } = columns.close;
  const indicators = new Map<string, Float64Array>();
  const bitmaps = new Map<string, Uint32Array>();
  const mostBitmaps = Math.max(8, Math.floor(BITMAP_BYTES / (length / 8 + 1)));
  const levels: { long?: ExitLevels; short?: ExitLevels } = {};

  const operand: WorkerDataset['operand'] = (wanted) => {
    switch (wanted.kind) {
      case 'constant':
        return wanted.value;
      case 'unknown':
        return 0;
      case 'field':
        return columns[wanted.field];
      case 'indicator': {
        const key = keyOf(wanted);
        const column = indicators.get(key) ?? indicatorColumn(columns, wanted.indicator, wanted.period);
        indicators.set(key, column);
        return column;
      }
    }
  };

  return {
    length,
    columns,
    operand,
    bitmap({ left, isAbove, right }) {
      const key = keyOf(left) + (isAbove ? '>' : '<') + keyOf(right);
      const known = bitmaps.get(key);
      if (known) {
        return known;
      }
      const bitmap = ruleBitmap(length, operand(left), isAbove, operand(right));
      bitmaps.set(key, bitmap);
      if (bitmaps.size > mostBitmaps) bitmaps.delete(bitmaps.keys().next().value!);
      return bitmap;
    },
    exitLevels: (side) => (levels[side] ??= exitLevels(columns, side)),
  };
}

function keyOf(operand: EncodedOperand): string {
  switch (operand.kind) {
    case 'constant':
      return String(operand.value);
    case 'unknown':
      return '0';
    case 'field':
      return operand.field;
    case 'indicator':
      return operand.indicator + operand.period;
  }
}
