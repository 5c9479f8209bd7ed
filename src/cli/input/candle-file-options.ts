import { InvalidArgumentError, Option, type Command } from 'commander';
import { symbolField } from '../../../queues/fields.ts';
import { DATE_ORDERS, type DateOrder } from '../../domain/market/candle-layout/date-text.ts';
import { COLUMN_HINTS, type CandleFileHints, type ColumnHint } from '../../domain/market/candle-layout/layout.ts';
import { offsetOfZone } from '../../domain/market/candle-layout/zone.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { type CliIo } from '../output/io.ts';

/** How candle files are to be read, where their content leaves it open. */
export interface CandleFileOptions {
  readonly symbol?: string;
  readonly columns?: readonly ColumnHint[];
  readonly timezone?: string;
  readonly timeIs?: 'open' | 'close';
  readonly dateOrder?: DateOrder;
  readonly decimal?: 'point' | 'comma';
}

function parseSymbol(text: string): string {
  const symbol = symbolField.safeParse(text.trim().toUpperCase());
  if (symbol.success) return symbol.data;
  throw new InvalidArgumentError('Write it like BTC-USD.');
}

export function parseColumns(text: string): readonly ColumnHint[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const columns = names.map((name) => {
    const column = COLUMN_HINTS.find((candidate) => candidate === name);
    if (column === undefined)
      throw new InvalidArgumentError(`Write names of ${COLUMN_HINTS.join(', ')}, in file order; - skips one.`);
    return column;
  });
  const twice = columns.find((name, i) => name !== '-' && columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InvalidArgumentError(`There are two columns ${twice}: name one, and - for the other.`);
  const missing = (['open', 'high', 'low', 'close'] as const).find((name) => !columns.includes(name));
  if (missing !== undefined) throw new InvalidArgumentError(`Name a column ${missing} too.`);
  if (!columns.includes('time') && !columns.includes('date'))
    throw new InvalidArgumentError('Name a column time or date too.');
  return columns;
}

function parseZone(text: string): string {
  try {
    offsetOfZone(text);
    return text;
  } catch {
    throw new InvalidArgumentError('Write it like Europe/Berlin, America/New_York, UTC or +02:00.');
  }
}

export function addCandleFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--symbol <market>', "market of the files, instead of the one in a file's name").argParser(
        parseSymbol,
      ),
    )
    .addOption(
      new Option(
        '--columns <names>',
        'columns in file order, like time,open,high,low,close,volume; - skips one',
      ).argParser(parseColumns),
    )
    .addOption(
      new Option('--timezone <zone>', 'zone of times that name none, like Europe/Berlin; default: UTC').argParser(
        parseZone,
      ),
    )
    .addOption(
      new Option('--time-is <moment>', 'which moment of a candle its time is; default: open').choices([
        'open',
        'close',
      ]),
    )
    .addOption(new Option('--date-order <order>', 'order of day, month and year').choices(DATE_ORDERS))
    .addOption(new Option('--decimal <sign>', 'decimal sign of numbers').choices(['point', 'comma']));
}

/** @param timeframe the candle length that was asked for; it settles what a thin market leaves open */
export function hintsOf(options: CandleFileOptions, timeframe?: Timeframe): CandleFileHints {
  const { symbol, columns, timezone, timeIs, dateOrder, decimal } = options;
  return {
    ...(symbol !== undefined && { symbol }),
    ...(columns !== undefined && { columns }),
    ...(timezone !== undefined && { timezone }),
    ...(timeIs !== undefined && { timeIs }),
    ...(dateOrder !== undefined && { dateOrder }),
    ...(decimal !== undefined && { decimal }),
    ...(timeframe !== undefined && { timeframe }),
  };
}

/** What the reader of a file assumed, in one line; none when it assumed nothing. */
export function assumedNotes({ path, assumed }: Pick<CandleColumnsFile, 'path' | 'assumed'>): readonly string[] {
  return assumed.length === 0 ? [] : [`${path}: ${assumed.join('; ')}`];
}

/** Says it on standard error: it is no part of a result. */
export function sayAssumed(io: CliIo, files: readonly Pick<CandleColumnsFile, 'path' | 'assumed'>[]): void {
  for (const file of files) for (const note of assumedNotes(file)) io.complain(`corp: ${note}`);
}
