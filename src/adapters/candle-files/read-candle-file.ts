import { type CandleFileHints, type Layout } from '../../domain/market/candle-layout/layout.ts';
import { LayoutDoubt } from '../../domain/market/candle-layout/layout-doubt.ts';
import { inferLayout } from '../../domain/market/candle-layout/infer-layout.ts';
import { quoteText } from '../../domain/market/candle-layout/quote-text.ts';
import { clockChangeIn } from '../../domain/market/candle-layout/local-time.ts';
import { createRowReader } from '../../domain/market/candle-layout/row-reader.ts';
import { settleCandles, type SettledCandles } from '../../domain/market/candle-layout/settle-candles.ts';
import { isUntraded, sliceColumns } from '../../domain/market/candle-columns.ts';
import { inferTimeframe } from '../../domain/market/infer-timeframe.ts';
import { marketOfName, symbolOfText, type NamedMarket } from '../../domain/market/market-of-name.ts';
import { quickCandleColumns } from '../../domain/market/quick-candle-csv.ts';
import { AppError, withPlace } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { encodedText, type EncodedText } from './decode-text.ts';
import { readBytes } from './read-bytes.ts';
import { readJsonRows } from './read-json-rows.ts';
import { refuseOtherFormats } from './refuse-other-formats.ts';
import { unquotedLines } from './unquote-lines.ts';
import { eachTextRow, sampleTextRows, SEPARATORS, type Separator } from './text-rows.ts';

/** A file and, for messages about several files, the line of each candle; null when candle i is on line i + 2. */
export interface ReadCandles extends CandleColumnsFile {
  readonly lines: Uint32Array | null;
}

const nameless = (): AppError =>
  new AppError('bad-input', "the file's name does not contain a market", {
    advice: 'Give --symbol, such as --symbol BTC-USD, or name the file like BTC-USD_FIVE_MINUTE.csv',
  });

const untradable = (length: string): AppError =>
  new AppError(
    'bad-candles',
    `the name says ${quoteText(length)}: months, and candles of seconds, cannot be traded on`,
    {
      advice: 'Export another timeframe, or give --timeframe if the name is wrong',
    },
  );

const otherMarket = (named: string, inside: string): AppError =>
  new AppError('bad-candles', `the name says ${named}, the content is of ${inside}`, {
    advice: `Give --symbol ${named} or --symbol ${inside}`,
  });

/** Exchanges have two names for some coins. */
const ALIASES: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };
const pairOf = (symbol: string): string =>
  symbol
    .split('-')
    .slice(0, 2)
    .map((piece) => ALIASES[piece] ?? piece)
    .join('-');
/** What follows the pair (PERP, SWAP, a date) is written in too many ways to be compared. */
const isOtherMarket = (a: string, b: string): boolean => pairOf(a) !== pairOf(b);

/**
 * Untraded rows at the ends say nothing, like missing ones: exports fill the time before a listing with them.
 * A file without any trade is left as it is.
 */
function withoutUntradedEnds(settled: Settled): Settled {
  const { columns } = settled;
  let [from, to] = [0, columns.length];
  while (from < to && isUntraded(columns, from)) from += 1;
  while (to > from && isUntraded(columns, to - 1)) to -= 1;
  if (from === to || (from === 0 && to === columns.length)) return settled;
  const left = columns.length - (to - from);
  const lines = settled.lines ?? Uint32Array.from({ length: columns.length }, (_, i) => i + 2);
  return {
    ...settled,
    columns: sliceColumns(columns, from, to),
    lines: lines.subarray(from, to),
    assumed: [...settled.assumed, `${left} ${left === 1 ? 'row' : 'rows'} without trades at the ends left out`],
  };
}

/**
 * Reads a whole file of candles; one bad row rejects the file.
 * @throws AppError with the file, the place and what to do
 */
export async function readCandleFile(path: string, hints: CandleFileHints = {}): Promise<ReadCandles> {
  try {
    return candlesOfBytes(await readBytes(path), path, hints);
  } catch (cause) {
    throw withPlace(path, cause);
  }
}

/** The candles in the unpacked content of a file. @throws AppError without the file */
export function candlesOfBytes(bytes: Uint8Array, path: string, hints: CandleFileHints = {}): ReadCandles {
  if (bytes.length === 0)
    throw new AppError('bad-candles', 'the file is empty', { advice: 'Export the candles again' });
  const named = marketOfName(path);
  if (named.untradable !== null && hints.timeframe === undefined) throw untradable(named.untradable);
  const settled = withoutUntradedEnds(quickly(bytes, named, hints) ?? slowly(bytes, path, named, hints));
  const inside = settled.symbol === null ? null : symbolOfText(settled.symbol);
  if (hints.symbol === undefined && named.symbol !== null && inside !== null && isOtherMarket(named.symbol, inside))
    throw otherMarket(named.symbol, inside);
  const symbol = hints.symbol ?? named.symbol ?? inside;
  if (symbol === null) throw nameless();
  const { columns, timeframe, fractionDigits, volume, assumed, lines } = settled;
  return { path, symbol, timeframe, columns, fractionDigits, volume, assumed, lines };
}

/** Like `readCandleFile`, without what only joining files needs. */
export async function readCandleColumns(path: string, hints: CandleFileHints = {}): Promise<CandleColumnsFile> {
  const { lines: _, ...file } = await readCandleFile(path, hints);
  return file;
}

type Settled = Omit<SettledCandles, 'lines'> & { readonly lines: Uint32Array | null };

/** The common layout, unless a hint says that it is to be read otherwise. */
function quickly(
  bytes: Uint8Array,
  { timeframe: named, guessed }: NamedMarket,
  hints: CandleFileHints,
): Settled | null {
  if (hints.columns || hints.timezone !== undefined || hints.timeIs === 'close' || hints.decimal === 'comma')
    return null;
  const quick = quickCandleColumns(bytes);
  if (quick === null) return null;
  const { time, volume } = quick.columns;
  // The other path knows what to say about local time and about a volume that is 0 throughout.
  if (clockChangeIn(time, () => false) !== null || !volume.some((value) => value > 0)) return null;
  const timeframe = inferTimeframe(time, { named, guessed, wanted: hints.timeframe, isLocal: true });
  return { ...quick, timeframe, volume: 'base', symbol: null, assumed: [], lines: null };
}

function slowly(bytes: Uint8Array, path: string, named: NamedMarket, hints: CandleFileHints): Settled {
  refuseOtherFormats(bytes, path);
  const text = encodedText(bytes);
  const name = { named: named.timeframe, guessed: named.guessed };
  const symbol = hints.symbol ?? named.symbol ?? undefined;
  const json = readJsonRows(text);
  if (json !== null) {
    const inferred = inferLayout(json.rows, hints, { symbol, separator: null });
    const layout = { ...inferred, namedZone: inferred.namedZone ?? json.zone };
    const reader = createRowReader(layout);
    for (const { line, cells } of json.rows) if (line >= layout.firstLine) reader.push(line, cells);
    const settled = settleCandles(reader.finish(), layout, hints, { ...name, stated: json.interval }, 'candle');
    return { ...settled, symbol: settled.symbol ?? json.symbol };
  }
  const table = unquotedLines(text);
  const { layout, separator } = textLayout(table, hints, symbol);
  const reader = createRowReader(layout);
  eachTextRow(table, separator, ({ line, cells }) => line >= layout.firstLine && reader.push(line, cells));
  return settleCandles(reader.finish(), layout, hints, name, 'line');
}

/** Tries each separator; most give rows of one cell. @throws the error of the separator that splits rows most */
function textLayout(
  text: EncodedText,
  hints: CandleFileHints,
  symbol: string | undefined,
): { readonly layout: Layout; readonly separator: Separator } {
  const found: { readonly layout: Layout; readonly separator: Separator }[] = [];
  let failure: { readonly cause: unknown; readonly rank: number } | null = null;
  for (const separator of SEPARATORS) {
    // A file that can be split by a sign is not aligned with blanks: blanks are then inside its cells.
    if (separator === ' ' && (found.length > 0 || (failure !== null && failure.rank >= MIN_WIDTH))) continue;
    const rows = sampleTextRows(text, separator);
    const width = commonWidth(rows.map(({ cells }) => cells.length));
    if (width < MIN_WIDTH && separator !== ',') continue;
    try {
      found.push({ layout: inferLayout(rows, hints, { symbol, separator }), separator });
    } catch (cause) {
      const rank = width + (cause instanceof LayoutDoubt && cause.isOfTable ? OF_TABLE : 0);
      if (failure === null || rank > failure.rank) failure = { cause, rank };
    }
  }
  const [only, ...others] = found;
  if (only === undefined) throw failure!.cause;
  if (others.length > 0) {
    throw new AppError(
      'bad-candles',
      `columns may be separated by ${found.map(({ separator }) => quoteText(separator)).join(' or ')}`,
      {
        advice: 'Name the columns with --columns',
      },
    );
  }
  return only;
}

/** More than any number of columns. */
const OF_TABLE = 1e6;
/** A time and four prices. */
const MIN_WIDTH = 5;

function commonWidth(widths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
