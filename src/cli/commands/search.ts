import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { symbolOfFile } from '../../adapters/replay/read-candle-file.ts';
import { searchHere, type Search } from '../../adapters/threads/searcher.ts';
import { importGenome } from '../../domain/genomes/import-genome.ts';
import { requireCoverage } from '../../domain/market/coverage.ts';
import { type Market } from '../../domain/market/market.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import {
  searchHash,
  unpackFigures,
  type SearchFigures,
  type SearchResult,
} from '../../domain/research/search-figures.ts';
import { describeSpec } from '../../domain/strategies/describe-spec.ts';
import { SpecError } from '../../domain/strategies/spec-error.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../ports/errors.ts';
import { addFillOptions, fillModelFor, type FillOptions } from '../fill-options.ts';
import { type CliIo } from '../io.ts';
import { loadCliConfig } from '../load-cli-config.ts';
import { jsonOption, parseTimeframe } from '../options.ts';
import { type WrittenStrategy } from '../parse-strategy.ts';
import { createProgressBar } from '../progress-bar.ts';
import { readGenomes } from '../read-genomes.ts';
import { readSeries } from '../read-series.ts';
import { percent, type Row } from '../table.ts';

const MAX_THREADS = 256;
/** Of the best, in the table for people. */
const SHOWN = 10;

interface Options extends FillOptions {
  readonly data: string;
  readonly genomes: string;
  readonly timeframe?: Timeframe;
  readonly threads: number;
  readonly json: boolean;
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${MAX_THREADS}.`);
}

/** What of a genome no spec can say is left out; corp backtest names it for one. */
function specsOf(
  path: string,
  written: readonly WrittenStrategy[],
  marketKind: Market['kind'],
): readonly StrategySpec[] {
  return written.map((strategy, index) => {
    if (strategy.kind === 'spec') return strategy.spec;
    try {
      return importGenome(strategy.genome, { marketKind }).spec;
    } catch (cause) {
      if (!(cause instanceof SpecError)) throw cause;
      throw new AppError('bad-input', `${path}: [${index}].${cause.message}`, { cause });
    }
  });
}

/** One thread is this one: starting another would cost more than it could win. */
async function withSearch<T>(threads: number, use: (search: Search) => Promise<T>): Promise<T> {
  if (threads === 1) return use(searchHere);
  const [{ createBacktestPool }, { searchOn }] = await Promise.all([
    import('../../adapters/threads/backtest-pool.ts'),
    import('../../adapters/threads/searcher.ts'),
  ]);
  const pool = createBacktestPool(threads);
  try {
    return await use(searchOn(pool));
  } finally {
    await pool.close();
  }
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function bestRows(specs: readonly StrategySpec[], results: readonly SearchResult[], initialCash: number): Row[] {
  return results
    .map((result, index) => ({ index, ...result }))
    .sort((a, b) => b.pnl - a.pnl || a.index - b.index)
    .slice(0, SHOWN)
    .map(({ index, pnl, trades, wins, sharpe, maxDrawdown }) => ({
      '#': index,
      pnl: pnl.toFixed(2),
      return: percent(pnl / initialCash),
      trades,
      'win rate': percent(trades > 0 ? wins / trades : null),
      sharpe: sharpe?.toFixed(2),
      'max drawdown': percent(maxDrawdown),
      spec: describeSpec(specs[index]!),
    }));
}

async function run(io: CliIo, options: Options): Promise<void> {
  const { exchange } = loadCliConfig(io);
  const fillModel = fillModelFor(exchange, symbolOfFile(options.data), options);
  const written = await readGenomes(options.genomes);
  const specs = specsOf(options.genomes, written, fillModel.market.kind);
  const series = await readSeries(options.data, options.timeframe);
  requireCoverage(series, exchange.minimumCoverage);

  const bar = createProgressBar(io, 'genomes', specs.length);
  const [began, cpuBefore] = [performance.now(), cpuSeconds()];
  let figures: SearchFigures;
  try {
    const window = { from: 0, to: series.length };
    figures = await withSearch(options.threads, (search) =>
      search({ series, fillModel, window, specs }, { onProgress: (done) => bar.update(done) }),
    );
  } catch (cause) {
    // The search knows positions, not files.
    if (!(cause instanceof AppError && cause.code === 'bad-input')) throw cause;
    throw new AppError('bad-input', `${options.genomes}: ${cause.message}`, { cause });
  } finally {
    bar.end();
  }
  const seconds = (performance.now() - began) / 1000;
  const document = {
    genomes: specs.length,
    bars: series.length,
    seconds,
    cpuSeconds: cpuSeconds() - cpuBefore,
    genomesPerSecond: specs.length / seconds,
    results: specs.map((_, index) => unpackFigures(figures, index)),
    resultHash: searchHash(figures),
  };
  if (options.json) return io.json(document);

  const { symbol, timeframe } = series;
  io.print(
    `${symbol} ${timeframe}, ${series.length.toLocaleString('en')} bars; the best of ${specs.length.toLocaleString('en')}:\n`,
  );
  io.table(bestRows(specs, document.results, fillModel.initialCash), '');
  const perSecond = document.genomesPerSecond;
  io.print(
    `\n${seconds.toFixed(2)} s on ${options.threads} ${options.threads === 1 ? 'thread' : 'threads'}, ${document.cpuSeconds.toFixed(2)} s of CPU: ` +
      `${Math.round(perSecond).toLocaleString('en')} genomes, ${Math.round((perSecond * series.length) / 1e6).toLocaleString('en')} million genome-bars a second`,
  );
  io.print('In sample: the best of so many tries is luck until it is proven out of sample (corp cycle).');
  io.print(`result hash ${document.resultHash}`);
}

export function registerSearch(program: Command, io: CliIo): void {
  const command = program
    .command('search')
    .description('play many specs or genomes over one candle file: results and speed')
    .requiredOption('--data <file>', 'candles, CSV')
    .requiredOption('--genomes <file>', 'specs and genomes: a JSON list, or one on each line')
    .addOption(
      new Option('--profile <profile>', 'rules of simulation: ours').choices(['realistic']).default('realistic'),
    )
    .option('--timeframe <timeframe>', "bars to trade on; the file's own unless said", parseTimeframe)
    .addOption(
      new Option('--threads <n>', 'all cores unless said').default(availableParallelism()).argParser(parseThreads),
    );
  addFillOptions(command)
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
