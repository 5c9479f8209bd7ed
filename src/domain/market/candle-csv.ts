import { candleFault, type Candle } from './candle.ts';
import { CandleFileError } from './candle-file-error.ts';
import { parseCandleTime } from './candle-time.ts';

const TIME_NAMES = ['timestamp', 'time', 'date'];
const VALUE_NAMES = ['open', 'high', 'low', 'close', 'volume'] as const;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

interface Columns {
  readonly count: number;
  readonly time: number;
  readonly values: Readonly<Record<(typeof VALUE_NAMES)[number], number>>;
}

/**
 * Parses CSV text with a header (`timestamp`, `time` or `date`; `open`, `high`, `low`, `close`, `volume`; any order,
 * any case; other columns are ignored). Nothing is repaired: one wrong line rejects the whole file.
 * @throws CandleFileError for the first wrong line.
 */
export function parseCandleCsv(text: string): Candle[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
  if (lines.length === 0) throw new CandleFileError(1, 'the file is empty: expected a header and candles');
  const columns = readHeader(lines[0]!);
  if (lines.length === 1) throw new CandleFileError(1, 'there is a header but no candle below it');

  const candles: Candle[] = [];
  let previous = -Infinity;
  for (let index = 1; index < lines.length; index += 1) {
    const candle = readRow(lines[index]!, index + 1, columns);
    if (candle.time === previous) {
      throw new CandleFileError(index + 1, `duplicate time ${isoOf(candle.time)}: remove one of the two candles`);
    }
    if (candle.time < previous) {
      const problem = `time ${isoOf(candle.time)} comes after ${isoOf(previous)}: sort the file by time`;
      throw new CandleFileError(index + 1, problem);
    }
    previous = candle.time;
    candles.push(candle);
  }
  return candles;
}

function readHeader(line: string): Columns {
  const names = cellsOf(line).map((name) => name.toLowerCase());
  const position = (accepted: readonly string[]): number => {
    const found = names.flatMap((name, i) => (accepted.includes(name) ? [i] : []));
    if (found.length > 1) {
      throw new CandleFileError(1, `the header has ${found.length} ${accepted.join('/')} columns: keep one`);
    }
    if (found.length === 0) {
      const seen = names.join(', ');
      throw new CandleFileError(1, `column ${accepted.join('/')} is missing from the header (${seen}): add it`);
    }
    return found[0]!;
  };
  const values = Object.fromEntries(VALUE_NAMES.map((name) => [name, position([name])])) as Columns['values'];
  return { count: names.length, time: position(TIME_NAMES), values };
}

function readRow(line: string, number: number, columns: Columns): Candle {
  if (line.trim() === '') throw new CandleFileError(number, 'the line is empty: remove it');
  const cells = cellsOf(line);
  if (cells.length !== columns.count) {
    const problem = `${cells.length} values where the header has ${columns.count}: repair or remove the row`;
    throw new CandleFileError(number, problem);
  }
  const time = parseCandleTime(cells[columns.time]!);
  if (time === null) {
    const forms = "'YYYY-MM-DD HH:MM:SS' in UTC, ISO 8601, or epoch seconds or milliseconds";
    throw new CandleFileError(number, `'${cells[columns.time]!}' is not a time: write ${forms}`);
  }
  const value = (name: (typeof VALUE_NAMES)[number]): number => {
    const cell = cells[columns.values[name]]!;
    if (!NUMBER.test(cell)) throw new CandleFileError(number, `${name} '${cell}' is not a number: repair the row`);
    return Number(cell);
  };
  const candle: Candle = {
    time,
    open: value('open'),
    high: value('high'),
    low: value('low'),
    close: value('close'),
    volume: value('volume'),
  };
  const fault = candleFault(candle);
  if (fault !== null) throw new CandleFileError(number, `${fault}; repair or remove the row`);
  return candle;
}

/** Splits comma-separated cells. A cell may be in double quotes but cannot contain a comma. */
function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
