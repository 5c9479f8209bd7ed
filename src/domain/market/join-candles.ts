import { AppError } from '../errors.ts';
import { CANDLE_COLUMNS, emptyColumns, joinColumns, type CandleColumns } from './candle-columns.ts';

/** Candles of one file in ascending order. */
export interface JoinPart {
  readonly path: string;
  readonly columns: CandleColumns;
  /** Line of candle i, for messages. */
  lineOf(i: number): number;
}

/**
 * Joins files of one market. Candles that several files have must be equal in all of them.
 * @throws AppError `bad-candles` that names both places of a candle that differs
 */
export function joinCandles(parts: readonly JoinPart[]): CandleColumns {
  const ordered = [...parts].sort((a, b) => a.columns.time[0]! - b.columns.time[0]!);
  const overlaps = ordered.some(({ columns }, i) => i > 0 && columns.time[0]! <= lastTime(ordered[i - 1]!.columns));
  if (!overlaps) return joinColumns(ordered.map(({ columns }) => columns));
  return merged(ordered);
}

const lastTime = ({ time, length }: CandleColumns): number => time[length - 1]!;

/** Merges by always taking the earliest candle that is left. */
function merged(parts: readonly JoinPart[]): CandleColumns {
  const joined = emptyColumns(parts.reduce((sum, { columns }) => sum + columns.length, 0));
  const next = parts.map(() => 0);
  let length = 0;
  for (;;) {
    let earliest = -1;
    for (const [p, { columns }] of parts.entries()) {
      if (next[p]! === columns.length) continue;
      if (earliest === -1 || columns.time[next[p]!]! < parts[earliest]!.columns.time[next[earliest]!]!) earliest = p;
    }
    if (earliest === -1) break;
    const from = parts[earliest]!;
    const index = next[earliest]!;
    const time = from.columns.time[index]!;
    for (const [p, part] of parts.entries()) {
      const i = next[p]!;
      if (i === part.columns.length || part.columns.time[i] !== time) continue;
      requireSame(from, index, part, i);
      next[p] = i + 1;
    }
    for (const name of CANDLE_COLUMNS) joined[name][length] = from.columns[name][index]!;
    length += 1;
  }
  const cut = (column: Float64Array): Float64Array => column.slice(0, length);
  const { time, open, high, low, close, volume } = joined;
  return {
    length,
    time: cut(time),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

function requireSame(a: JoinPart, i: number, b: JoinPart, k: number): void {
  const name = CANDLE_COLUMNS.find((column) => !Object.is(a.columns[column][i], b.columns[column][k]));
  if (name === undefined) return;
  const when = new Date(a.columns.time[i]!).toISOString();
  throw new AppError(
    'bad-candles',
    `the candle of ${when} differs: ${name} is ${a.columns[name][i]} in ${a.path} line ${a.lineOf(i)}, ` +
      `${b.columns[name][k]} in ${b.path} line ${b.lineOf(k)}`,
    { advice: 'Give only one of the two files, or remove one of the two candles' },
  );
}
