import { InvalidArgumentError, Option, type Command } from 'commander';
import { idField, symbolField } from '../../../queues/fields.ts';
import { readMarketFiles } from '../../adapters/candle-files/read-market-files.ts';
import { indexAtOrAfter, sliceColumns } from '../../domain/market/candle-columns.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { IMPORTED_SOURCE } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { addCandleFileOptions, hintsOf, type CandleFileOptions } from './candle-file-options.ts';

/** The candles that a command works on: files, or markets that were imported; all of them, or a period. */
export interface CandlesOptions extends CandleFileOptions {
  readonly data?: readonly string[];
  /** One stored market. */
  readonly market?: string;
  /** Several stored markets, or a selection from files. */
  readonly symbols?: readonly string[];
  /** Where stored markets are. */
  readonly source?: string;
  readonly timeframe?: Timeframe;
  /** Candles that open from <= time < to, epoch ms. */
  readonly from?: number;
  readonly to?: number;
}

function parseMarket(text: string): string {
  const symbol = symbolField.safeParse(text.trim().toUpperCase());
  if (symbol.success) return symbol.data;
  const several = text.includes(',') ? `It names one market; for several write --symbols ${text}.` : null;
  throw new InvalidArgumentError(several ?? 'Write it like BTC-USD.');
}

function parseSymbols(text: string): readonly string[] {
  return text.split(',').map((name) => {
    const symbol = symbolField.safeParse(name.trim().toUpperCase());
    if (!symbol.success) throw new InvalidArgumentError('Write them like BTC-USD,ETH-USD.');
    return symbol.data;
  });
}

function parseSource(text: string): string {
  if (idField.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write a name of 1 to 200 characters.');
}

const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?Z?$/;

/** A moment in UTC, epoch ms. */
export function parseMoment(text: string): number {
  const written = text.trim();
  const iso = written.replace(' ', 'T').replace(/Z?$/, written.length > 10 ? 'Z' : '');
  const time = DATE.test(written) ? Date.parse(iso) : Number.NaN;
  // Date.parse accepts 2025-02-30 as 2 March.
  if (Number.isFinite(time) && new Date(time).toISOString().startsWith(written.slice(0, 10))) return time;
  throw new InvalidArgumentError('Write a date in UTC, like 2025-01-31 or 2025-01-31T12:00.');
}

/** @param several whether the command works on several markets (`--symbols`) */
export function addCandlesOptions(command: Command, { several }: { readonly several: boolean }): Command {
  command
    .option(
      '--data <files...>',
      several ? 'candle files; those of one market are joined' : 'candle files of one market',
    )
    .addOption(
      new Option('--market <market>', 'instead of --data: candles of a market that corp data import stored')
        .argParser(parseMarket)
        .conflicts('data'),
    )
    .addOption(
      new Option(
        '--symbols <list>',
        several ? 'several stored markets, or a selection from the files, like BTC-USD,ETH-USD' : '',
      )
        .argParser(parseSymbols)
        .conflicts('market')
        .hideHelp(!several),
    )
    .addOption(
      new Option('--source <name>', `where stored markets are; default: ${IMPORTED_SOURCE}`)
        .argParser(parseSource)
        .conflicts('data'),
    )
    .addOption(new Option('--from <date>', 'first candle, in UTC').argParser(parseMoment))
    .addOption(new Option('--to <date>', 'candles before this moment only, in UTC').argParser(parseMoment));
  return addCandleFileOptions(command);
}

const FILE_FLAGS = {
  symbol: '--symbol',
  columns: '--columns',
  timezone: '--timezone',
  timeIs: '--time-is',
  dateOrder: '--date-order',
  decimal: '--decimal',
} as const satisfies Record<keyof CandleFileOptions, string>;

/** Whether the options say anything about candles. */
export const namesCandles = ({ data, market, symbols, source, from, to }: CandlesOptions): boolean =>
  [data, market, symbols, source, from, to].some((option) => option !== undefined);

/** Reads one market. @throws AppError as `readCandles`, and `bad-input` for several */
export async function readOneMarketOf(io: CliIo, options: CandlesOptions): Promise<CandleColumnsFile> {
  if (options.symbols !== undefined) {
    throw new AppError('bad-input', '--symbols names several markets, and this command works on one', {
      advice: options.data ? 'Give the files of one market' : `Give --market ${options.symbols[0]}`,
    });
  }
  const [file, ...others] = await readCandles(io, options);
  if (others.length === 0) return file!;
  throw new AppError(
    'bad-input',
    `the files are of several markets: ${[file!, ...others].map(({ symbol }) => symbol).join(', ')}`,
    { advice: 'Give the files of one market' },
  );
}

/**
 * Reads the candles that the options name; at least one market, each with at least one candle.
 * @throws AppError `bad-input` for files that cannot be read, markets that are not there, and a period without candles
 */
export async function readCandles(io: CliIo, options: CandlesOptions): Promise<readonly CandleColumnsFile[]> {
  const { data, market, symbols = market === undefined ? undefined : [market] } = options;
  if (data === undefined && symbols === undefined) {
    throw new AppError('bad-input', 'no candles are named', {
      advice: 'Give --data FILE, or --market SYMBOL for candles that corp data import stored',
    });
  }
  const files =
    data === undefined
      ? await readStored(io, options, symbols!)
      : selected(await readMarketFiles(data, hintsOf(options, options.timeframe)), symbols);
  return files.map((file) => within(file, options));
}

async function readStored(
  io: CliIo,
  options: CandlesOptions,
  symbols: readonly string[],
): Promise<readonly CandleColumnsFile[]> {
  const misplaced = (Object.keys(FILE_FLAGS) as (keyof CandleFileOptions)[]).find(
    (flag) => options[flag] !== undefined,
  );
  if (misplaced !== undefined) {
    const advice =
      misplaced === 'symbol' ? 'Omit it: --market names the stored market' : 'Omit it, or give --data FILE';
    throw new AppError('bad-input', `${FILE_FLAGS[misplaced]} says how a file is read, and no file is given`, {
      advice,
    });
  }
  // Loaded on demand: a backtest of a file starts without the modules of the store.
  const { readStoredMarkets } = await import('./stored-markets.ts');
  return readStoredMarkets(io, options.source ?? IMPORTED_SOURCE, [...new Set(symbols)]);
}

function selected(
  files: readonly CandleColumnsFile[],
  symbols: readonly string[] | undefined,
): readonly CandleColumnsFile[] {
  if (symbols === undefined) return files;
  const missing = symbols.find((symbol) => !files.some((file) => file.symbol === symbol));
  if (missing !== undefined)
    throw new AppError('bad-input', `--symbols: no file has ${missing}`, {
      advice: `The files contain ${files.map(({ symbol }) => symbol).join(', ')}`,
    });
  return files.filter(({ symbol }) => symbols.includes(symbol));
}

const isoOf = (time: number): string => new Date(time).toISOString().slice(0, 16);

function within(file: CandleColumnsFile, { from = 0, to = Infinity }: CandlesOptions): CandleColumnsFile {
  const { path, columns } = file;
  const first = indexAtOrAfter(columns, from);
  const end = indexAtOrAfter(columns, to);
  if (first < end) return { ...file, columns: sliceColumns(columns, first, end) };
  const [begins, ends] = [isoOf(columns.time[0]!), isoOf(columns.time[columns.length - 1]!)];
  throw new AppError('bad-input', `${path}: has no candle in the period of --from and --to`, {
    advice: `Its candles open from ${begins} to ${ends} UTC`,
  });
}
