import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { type BacktestPool } from '../../adapters/threads/backtest-pool.ts';
import {
  searchHash,
  unpackFigures,
  type SearchFigures,
  type SearchResult,
} from '../../domain/research/search-figures.ts';
import { MARKET_KINDS } from '../../domain/market/market.ts';
import { addCandlesOptions } from '../input/candles-input.ts';
import { addFillOptions } from '../input/fill-options.ts';
import { minimumCoverageOption } from '../input/minimum-coverage.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { jsonOption, parseTimeframe } from '../input/options.ts';
import { createProgressBar } from '../output/progress-bar.ts';
import { type PreparedSearch, type SearchInput } from './search/prepared-search.ts';
import { type Row } from '../output/table.ts';
import { percent } from '../../reports/figures.ts';
import { decimalOf } from '../input/decimal.ts';

const MAX_THREADS = 256;
/** Number of best results in the table. */
const SHOWN = 10;

const PROFILES = ['realistic', 'worker'] as const;

interface Options extends SearchInput {
  readonly profile: (typeof PROFILES)[number];
  readonly threads: number;
  readonly json: boolean;
}

function parseThreads(text: string): number {
  const threads = decimalOf(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${MAX_THREADS}.`);
}

/** Loads only the modules of the chosen profile, because start-up is part of the measured cost. */
async function prepare(io: CliIo, options: Options): Promise<PreparedSearch> {
  const { exchange } = loadCliConfig(io);
  if (options.profile === 'worker') {
    const { prepareWorkerSearch } = await import('./search/worker-search.ts');
    return prepareWorkerSearch(io, exchange, options);
  }
  const { prepareRealisticSearch } = await import('./search/realistic-search.ts');
  return prepareRealisticSearch(io, exchange, options);
}

/** With one thread the search runs on the main thread; starting another would cost more than it gains. */
async function withPool<T>(threads: number, use: (pool: BacktestPool | null) => Promise<T>): Promise<T> {
  if (threads === 1) return use(null);
  const { createBacktestPool } = await import('../../adapters/threads/backtest-pool.ts');
  const pool = createBacktestPool(threads);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function bestRows(search: PreparedSearch, results: readonly SearchResult[]): Row[] {
  return results
    .map((result, index) => ({ index, ...result }))
    .sort((a, b) => b.pnl - a.pnl || a.index - b.index)
    .slice(0, SHOWN)
    .map(({ index, pnl, trades, wins, sharpe, maxDrawdown }) => ({
      '#': index,
      pnl: pnl.toFixed(2),
      return: percent(pnl / search.capital),
      trades,
      'win rate': percent(trades > 0 ? wins / trades : null),
      sharpe: sharpe?.toFixed(2),
      'max drawdown': percent(maxDrawdown),
      strategy: search.nameOf(index),
    }));
}

async function run(io: CliIo, options: Options): Promise<void> {
  const search = await prepare(io, options);
  for (const note of search.notes) io.complain(`corp: ${note}`);
  const bar = createProgressBar(io, 'genomes', search.count);
  const [began, cpuBefore] = [performance.now(), cpuSeconds()];
  let figures: SearchFigures;
  try {
    figures = await withPool(options.threads, (pool) => search.play(pool, (done) => bar.update(done)));
  } finally {
    bar.end();
  }
  const seconds = (performance.now() - began) / 1000;
  const document = {
    genomes: search.count,
    bars: search.bars,
    seconds,
    cpuSeconds: cpuSeconds() - cpuBefore,
    genomesPerSecond: search.count / seconds,
    results: Array.from({ length: search.count }, (_, index) => unpackFigures(figures, index)),
    resultHash: searchHash(figures),
  };
  if (options.json) return io.json(document);

  const count = (value: number): string => Math.round(value).toLocaleString('en');
  io.print(`${search.market}, ${count(search.bars)} bars; the best of ${count(search.count)}:\n`);
  io.table(bestRows(search, document.results), '');
  const perSecond = document.genomesPerSecond;
  const threads = `${options.threads} ${options.threads === 1 ? 'thread' : 'threads'}`;
  io.print(
    `\n${seconds.toFixed(2)} s on ${threads}, ${document.cpuSeconds.toFixed(2)} s of CPU: ` +
      `${count(perSecond)} genomes, ${count((perSecond * search.bars) / 1e6)} million genome-bars a second`,
  );
  io.print('In sample: the best of many trials may be luck. Verify it out of sample (corp cycle).');
  io.print(`result hash ${document.resultHash}`);
}

export function registerSearch(program: Command, io: CliIo): void {
  const command = program
    .command('search')
    .requiredOption('--genomes <file>', 'specs and genomes: a JSON list, or one per line')
    .addOption(
      new Option(
        '--profile <profile>',
        "simulation rules: docs/simulation-rules.md, or the Python workers' rules for genomes",
      )
        .choices(PROFILES)
        .default('realistic'),
    )
    .addOption(
      new Option(
        '--market-type <type>',
        'profile worker only: fees, funding and shorts as on such a market; default: config/markets.yaml, or the name',
      ).choices(MARKET_KINDS),
    )
    .option('--timeframe <timeframe>', 'bars to trade on; default: those of the file', parseTimeframe)
    .addOption(
      new Option('--threads <n>', 'default: all cores').default(availableParallelism()).argParser(parseThreads),
    );
  addCandlesOptions(command, { several: false });
  addFillOptions(command)
    .addOption(minimumCoverageOption())
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
