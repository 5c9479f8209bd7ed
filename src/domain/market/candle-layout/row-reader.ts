import { candleFault } from '../candle.ts';
import { PRICES } from './column-names.ts';
import { type Layout } from './layout.ts';
import { isMissing, plainNumber, printedDecimals } from './number-style.ts';
import { quoteText, QUOTED_OF_FAULT } from './quote-text.ts';
import { createRowFaults, type RowFaults } from './row-faults.ts';
import { epochUnitOf, readTime, timeTextOf, type TimeStyle } from './time-style.ts';
import { readBaseVolume } from './volume-column.ts';

/** Times of one reading of the time column. */
export interface TimeReading {
  readonly style: TimeStyle;
  readonly times: Float64Array;
  /** Whether the times are UTC; otherwise they are what a clock showed. */
  readonly isUtc: boolean;
}

/** What the rows of a file hold, in file order. */
export interface ReadRows {
  readonly length: number;
  readonly lines: Uint32Array;
  /** Readings that fit every row: several when no row tells day from month. */
  readonly readings: readonly TimeReading[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly fractionDigits: number;
  /** Rows with a time and no price. */
  readonly gaps: number;
  readonly faults: RowFaults;
  /** Markets that the column of markets names. */
  readonly symbols: readonly string[];
  /** Lengths of candles that the column of lengths states. */
  readonly intervals: readonly string[];
}

export interface RowReader {
  push(line: number, cells: readonly string[]): void;
  finish(): ReadRows;
}

/** More different markets or lengths than that are not kept: two are too many already. */
const MAX_DISTINCT = 5;

interface Alternative {
  readonly style: TimeStyle;
  times: Float64Array;
  isUtc: boolean | null;
  isAlive: boolean;
}

/** Reads rows one by one into columns, which hold a fraction of the memory of their text. */
export function createRowReader(layout: Layout): RowReader {
  const { header, width, numbers, symbol, interval } = layout;
  const faults = createRowFaults();
  const symbols = new Set<string>();
  const intervals = new Set<string>();
  const columns = Array.from({ length: 5 }, () => new Float64Array(1024)) as Float64Array[];
  const alternatives: Alternative[] = layout.times.map((style) => ({
    style,
    times: new Float64Array(1024),
    isUtc: null,
    isAlive: true,
  }));
  let lines = new Uint32Array(1024);
  let length = 0;
  let gaps = 0;
  let fractionDigits = 0;
  const values = new Float64Array(5);

  const grow = (): void => {
    const wider = (column: Float64Array): Float64Array => {
      const next = new Float64Array(2 * length);
      next.set(column);
      return next;
    };
    columns.forEach((column, i) => void (columns[i] = wider(column)));
    for (const alternative of alternatives) alternative.times = wider(alternative.times);
    const next = new Uint32Array(2 * length);
    next.set(lines);
    lines = next;
  };

  /** Puts the time into all readings that fit; a reading that fails where another fits is given up. */
  const readTimes = (line: number, cells: readonly string[]): boolean => {
    const alive = alternatives.filter(({ isAlive }) => isAlive);
    const read = alive.map(({ style }) => readTime(cells, style));
    if (read.every((time) => time === null)) {
      faults.add(line, timeProblem(cells, alive[0]!.style));
      return false;
    }
    for (const [i, alternative] of alive.entries()) {
      const time = read[i];
      if (time === null || time === undefined) {
        alternative.isAlive = false;
        continue;
      }
      if (alternative.isUtc !== null && alternative.isUtc !== time.isUtc) {
        faults.add(
          line,
          `the time ${quoteText(cells[alternative.style.at]!, QUOTED_OF_FAULT)} has ${time.isUtc ? 'a' : 'no'} zone, the ones before have ${time.isUtc ? 'none' : 'one'}`,
        );
        return false;
      }
      alternative.isUtc = time.isUtc;
      alternative.times[length] = time.ms;
    }
    return true;
  };

  return {
    push(line, cells) {
      if (cells.every((cell) => cell === '')) return;
      if (header !== null && cells.length === header.length && cells.every((cell, i) => cell === header[i])) return;
      if (cells.length !== width && (cells.length < width || cells.slice(width).some((cell) => cell !== ''))) {
        faults.add(
          line,
          `${cells.length} values, the other rows have ${width} (${quoteText(cells.join(', '), QUOTED_OF_FAULT)})`,
        );
        return;
      }
      let missing = 0;
      let rowDigits = 0;
      for (const [i, price] of PRICES.entries()) {
        const cell = cells[layout[price]]!;
        const plain = plainNumber(cell, numbers);
        if (plain !== null) {
          values[i] = Number(plain);
          rowDigits = Math.max(rowDigits, printedDecimals(plain));
        } else if (isMissing(cell)) {
          values[i] = Number.NaN;
          missing += 1;
        } else {
          faults.add(line, `${price} ${quoteText(cell, QUOTED_OF_FAULT)} is not a number`);
          return;
        }
      }
      if (missing === PRICES.length) {
        // A gap has a time: a row of totals or a wrong date is a fault like any other.
        const isBlank = isMissing(cells[layout.times[0]!.at]!);
        if (isBlank || layout.times.some((style) => readTime(cells, style) !== null)) gaps += 1;
        else faults.add(line, timeProblem(cells, layout.times[0]!));
        return;
      }
      if (missing > 0) {
        faults.add(
          line,
          `${PRICES.filter((_, i) => Number.isNaN(values[i])).join(' and ')} ${missing === 1 ? 'is' : 'are'} missing`,
        );
        return;
      }
      if (length === lines.length) grow();
      if (!readTimes(line, cells)) return;
      const volume =
        layout.volume === null ? Number.NaN : readBaseVolume(cells[layout.volume]!, numbers, layout.volumeUnit);
      const fault =
        volume === null
          ? `volume ${quoteText(cells[layout.volume!]!, QUOTED_OF_FAULT)} is not a number`
          : candleFault({ time: 0, open: values[0]!, high: values[1]!, low: values[2]!, close: values[3]!, volume });
      if (fault !== null) faults.add(line, fault);
      values[4] = volume ?? Number.NaN;
      const isTraded = values[4] !== 0 || values[1] !== values[2];
      if (isTraded && rowDigits > fractionDigits) fractionDigits = rowDigits;
      for (let i = 0; i < 5; i += 1) columns[i]![length] = values[i]!;
      if (symbol !== null && symbols.size < MAX_DISTINCT) symbols.add(cells[symbol]!);
      if (interval !== null && intervals.size < MAX_DISTINCT) intervals.add(cells[interval]!);
      lines[length] = line;
      length += 1;
    },
    finish() {
      const cut = (column: Float64Array): Float64Array => column.slice(0, length);
      const [open, high, low, close, volume] = columns.map(cut) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const readings = alternatives
        .filter(({ isAlive }) => isAlive)
        .map(({ style, times, isUtc }) => ({ style, times: cut(times), isUtc: isUtc ?? true }));
      return {
        length,
        lines: lines.slice(0, length),
        readings,
        open,
        high,
        low,
        close,
        volume,
        fractionDigits,
        gaps,
        faults,
        symbols: [...symbols],
        intervals: [...intervals],
      };
    },
  };
}

function timeProblem(cells: readonly string[], style: TimeStyle): string {
  const text = timeTextOf(cells, style);
  const unit = epochUnitOf(cells[style.at]!);
  if (style.kind === 'epoch' && unit !== null) {
    return `time ${quoteText(text, QUOTED_OF_FAULT)} is in ${unit}, others are in ${style.unit}: write all in one unit, or take another column with --columns`;
  }
  return `${quoteText(text, QUOTED_OF_FAULT)} is not a time`;
}
