import { Option, type Command } from 'commander';
import { idField } from '../../../queues/fields.ts';
import { AppError } from '../../domain/errors.ts';
import { type CandleStore } from '../../ports/stores.ts';
import { describeCandles, importCandleFiles, type CandleReport } from '../../adapters/candle-files/import-candles.ts';
import { anyDescriptor, IMPORTED_SOURCE } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withContext, withReadContext } from '../process/open-context.ts';
import { addCandleFileOptions, hintsOf, sayAssumed, type CandleFileOptions } from '../input/candle-file-options.ts';
import { jsonOption, parseTimeframe } from '../input/options.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { readMarketFiles } from '../../adapters/candle-files/read-market-files.ts';
import { candleRemarks } from '../../domain/market/candle-remarks.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { type Row } from '../output/table.ts';
import { isoTime, percent } from '../../reports/figures.ts';

interface Options extends CandleFileOptions {
  readonly source: string;
  readonly timeframe?: Timeframe;
  /** Of `import`. */
  readonly replace?: boolean;
  readonly json: boolean;
}

/** Number of the largest gaps listed per market. */
const LISTED_GAPS = 10;

/** A market with what a person should know of it. */
interface Checked extends CandleReport {
  readonly assumed?: readonly string[];
  readonly remarks: readonly string[];
}

type Checkable = Pick<CandleColumnsFile, 'path' | 'symbol' | 'timeframe' | 'columns'> &
  Partial<Pick<CandleColumnsFile, 'assumed'>>;

function checked<R extends CandleReport>(file: Checkable, report: R, minimumCoverage: number): R & Checked {
  const remarks = candleRemarks(file.columns, report, minimumCoverage);
  return { ...report, ...(file.assumed && { assumed: file.assumed }), remarks };
}

async function checkStored(store: CandleStore, source: string, minimumCoverage: number): Promise<readonly Checked[]> {
  const reports: Checked[] = [];
  for (const { market, timeframe } of await store.markets(source)) {
    const columns = await store.range(source, market.symbol, timeframe, 0, Number.MAX_SAFE_INTEGER);
    const file = { path: `source '${source}'`, symbol: market.symbol, timeframe, columns };
    if (columns.length > 0) reports.push(checked(file, describeCandles(file), minimumCoverage));
  }
  return reports;
}

/** Reads files whose candles are used as they are: a --timeframe that is not theirs is refused. */
async function readFiles(paths: readonly string[], options: Options): Promise<readonly CandleColumnsFile[]> {
  const { timeframe } = options;
  const files = await readMarketFiles(paths, hintsOf(options, timeframe));
  const other = timeframe && files.find((file) => timeframeMs(file.timeframe) !== timeframeMs(timeframe));
  if (other) {
    throw new AppError('bad-input', `${other.path}: the candles are ${other.timeframe}, not ${timeframe}`, {
      advice: `Give --timeframe ${other.timeframe}: longer candles are made when they are used`,
    });
  }
  return files;
}

const rowOf = ({ symbol, timeframe, bars, from, to, gaps, missing, untraded, coverage }: CandleReport): Row => ({
  symbol,
  timeframe,
  bars,
  from: isoTime(from),
  to: isoTime(to),
  gaps: gaps.length,
  missing,
  'of them volume 0': untraded,
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

const keptNote = (symbol: string, kept: number): string =>
  `corp: ${symbol}: ${kept} stored ${kept === 1 ? 'candle is' : 'candles are'} not in the file and kept: --replace drops ${kept === 1 ? 'it' : 'them'}`;

async function runImport(io: CliIo, paths: readonly string[], options: Options): Promise<void> {
  const { source, json, replace } = options;
  if (!idField.safeParse(source).success)
    throw new AppError('bad-input', '--source needs a name of 1 to 200 characters');
  const files = await readFiles(paths, options);
  const { reports, minimumCoverage } = await withContext(io, anyDescriptor('replay'), async ({ stores, config }) => ({
    reports: await importCandleFiles(stores, config, files, source, { replaces: replace === true }),
    minimumCoverage: config.exchange.minimumCoverage,
  }));
  for (const { symbol, change } of reports)
    if (change.kind === 'corrected') io.complain(correction(symbol, change.month));
  for (const { symbol, change, kept } of reports)
    if (kept > 0 && (change.kind === 'corrected' || change.kind === 'same')) io.complain(keptNote(symbol, kept));
  for (const { notes } of reports) for (const note of notes) io.complain(`corp: ${note}`);
  const documents = reports.map((report, i) => documentOf(checked(files[i]!, report, minimumCoverage)));
  if (json) return io.json({ source, markets: documents });
  sayAssumed(io, files);
  io.table(
    reports.map((report) => ({ ...rowOf(report), change: report.change.kind })),
    'No candles.',
  );
  printRemarks(io, documents);
}

function printRemarks(io: CliIo, documents: readonly Pick<Checked, 'symbol' | 'remarks'>[]): void {
  for (const { symbol, remarks } of documents) for (const remark of remarks) io.print(`${symbol}: ${remark}`);
}

async function runCheck(io: CliIo, paths: readonly string[], options: Options): Promise<void> {
  const { source, json } = options;
  const { minimumCoverage } = loadCliConfig(io).exchange;
  const files = await readFiles(paths, options);
  const reports =
    paths.length > 0
      ? files.map((file) => checked(file, describeCandles(file), minimumCoverage))
      : await withReadContext(io, anyDescriptor('replay'), ({ stores }) =>
          checkStored(stores.candles, source, minimumCoverage),
        );
  const documents = reports.map(documentOf);
  if (json) return io.json({ ...(paths.length === 0 && { source }), markets: documents });
  sayAssumed(io, files);
  io.table(reports.map(rowOf), `No candles in '${source}': import some with corp data import.`);
  printRemarks(io, documents);
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
  const withFileOptions = (command: Command): Command =>
    addCandleFileOptions(
      command.addOption(
        new Option('--timeframe <t>', 'candle length, where the steps of a thin market leave it open').argParser(
          parseTimeframe,
        ),
      ),
    );
  const importing = data
    .command('import')
    .description('store candle files as markets; stores none when one is invalid')
    .argument('<file...>', 'CSV or JSON, named like BTC-USD_FIVE_MINUTE.csv; files of one market are joined')
    .option('--source <name>', 'candle source to store them in', IMPORTED_SOURCE)
    .option('--replace', 'drop stored candles of these markets that the files do not have', false);
  withFileOptions(importing)
    .addOption(jsonOption())
    .action((paths: string[], options: Options) => runImport(io, paths, options));
  const checking = data
    .command('check')
    .description('coverage, gaps and oddities of candle files, or of stored candles')
    .argument('[file...]')
    .option('--source <name>', 'candle source to check', IMPORTED_SOURCE);
  withFileOptions(checking)
    .addOption(jsonOption())
    .action((paths: string[], options: Options) => runCheck(io, paths, options));
}
