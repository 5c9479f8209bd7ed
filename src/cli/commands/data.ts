import { type Command } from 'commander';
import { idField } from '../../../queues/fields.ts';
import { AppError } from '../../domain/errors.ts';
import { type CandleStore } from '../../ports/stores.ts';
import { describeCandles, importCandleFiles, type CandleReport } from '../../adapters/candle-files/import-candles.ts';
import { anyDescriptor, IMPORTED_SOURCE } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withContext, withReadContext } from '../process/open-context.ts';
import { jsonOption } from '../input/options.ts';
import { type Row } from '../output/table.ts';
import { isoTime, percent } from '../../reports/figures.ts';
import { readFiles } from '../process/choose-market-source.ts';

interface Options {
  readonly source: string;
  readonly json: boolean;
}

/** Number of the largest gaps listed per market. */
const LISTED_GAPS = 10;

async function describeStored(store: CandleStore, source: string): Promise<readonly CandleReport[]> {
  const reports: CandleReport[] = [];
  for (const { market, timeframe } of await store.markets(source)) {
    const columns = await store.range(source, market.symbol, timeframe, 0, Number.MAX_SAFE_INTEGER);
    const path = `source '${source}'`;
    if (columns.length > 0) reports.push(describeCandles({ path, symbol: market.symbol, timeframe, columns }));
  }
  return reports;
}

const rowOf = ({ symbol, timeframe, bars, from, to, gaps, missing, coverage }: CandleReport): Row => ({
  symbol,
  timeframe,
  bars,
  from: isoTime(from),
  to: isoTime(to),
  gaps: gaps.length,
  missing,
  coverage: percent(coverage),
});

/** A report as JSON: the number of gaps and the largest ones. */
function documentOf<R extends CandleReport>({ gaps, ...report }: R) {
  const largest = [...gaps].sort((a, b) => b.bars - a.bars || a.from - b.from).slice(0, LISTED_GAPS);
  return { ...report, gaps: gaps.length, largestGaps: largest };
}

/** Strategies were judged on the candles that were replaced. */
const correction = (symbol: string, month: number): string =>
  `corp: ${symbol}: stored candles from ${isoTime(month).slice(0, 7)} on were replaced: results on them are of other data`;

async function runImport(io: CliIo, paths: readonly string[], { source, json }: Options): Promise<void> {
  if (!idField.safeParse(source).success)
    throw new AppError('bad-input', '--source needs a name of 1 to 200 characters');
  const files = await readFiles(paths);
  const reports = await withContext(io, anyDescriptor('replay'), ({ stores, config }) =>
    importCandleFiles(stores, config, files, source),
  );
  for (const { symbol, change } of reports)
    if (change.kind === 'corrected') io.complain(correction(symbol, change.month));
  for (const { notes } of reports) for (const note of notes) io.complain(`corp: ${note}`);
  if (json) io.json({ source, markets: reports.map(documentOf) });
  else
    io.table(
      reports.map((report) => ({ ...rowOf(report), change: report.change.kind })),
      'No candles.',
    );
}

async function runCheck(io: CliIo, paths: readonly string[], { source, json }: Options): Promise<void> {
  const reports =
    paths.length > 0
      ? (await readFiles(paths)).map(describeCandles)
      : await withReadContext(io, anyDescriptor('replay'), ({ stores }) => describeStored(stores.candles, source));
  const documents = reports.map(documentOf);
  if (json) return io.json({ ...(paths.length === 0 && { source }), markets: documents });
  io.table(reports.map(rowOf), `No candles in '${source}': import some with corp data import.`);
  for (const { symbol, gaps, largestGaps } of documents) {
    if (gaps === 0) continue;
    io.print(`\n${symbol}: ${gaps} gaps${gaps > largestGaps.length ? `, the largest ${largestGaps.length}` : ''}`);
    io.table(
      largestGaps.map((gap) => ({ from: isoTime(gap.from), to: isoTime(gap.to), bars: gap.bars })),
      '',
    );
  }
}

export function registerData(program: Command, io: CliIo): void {
  const data = program.command('data');
  data
    .command('import')
    .description('store candle files (CSV) as markets; stores none when one is invalid')
    .argument('<file...>', 'named like BTC-USD_FIVE_MINUTE.csv')
    .option('--source <name>', 'candle source to store them in', IMPORTED_SOURCE)
    .addOption(jsonOption())
    .action((paths: string[], options: Options) => runImport(io, paths, options));
  data
    .command('check')
    .description('coverage and gaps of candle files, or of stored candles')
    .argument('[file...]')
    .option('--source <name>', 'candle source to check', IMPORTED_SOURCE)
    .addOption(jsonOption())
    .action((paths: string[], options: Options) => runCheck(io, paths, options));
}
