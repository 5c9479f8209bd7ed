import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sliceSeries } from '../../src/domain/market/slice-series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { readSeries } from '../../src/cli/input/read-series.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { benchGenomes, familySpecs, SPEC_KINDS, walkSeries } from './bench-market.ts';
import { compare, type Comparison } from './compare.ts';
import { compareEngines, type EngineComparison } from './compare-worker-engines.ts';
import { freshSearch, type FreshSearch } from './fresh-process.ts';
import { MANY_COLUMNS, manyColumnSpecs } from './many-columns.ts';
import { measureScaling, type ScalingStep } from './scaling.ts';
import { writeCandles } from './write-candles.ts';

export interface EngineBenchOptions {
  /** Candle file. @default a random walk of `DEFAULT_BARS` bars */
  readonly data?: string;
  readonly specs: number;
  readonly oracleSpecs: number;
  readonly rounds: number;
  readonly genomes: number;
  /** Length of the longest series. */
  readonly bars: number;
}

export interface EngineBenchReport {
  readonly series: { readonly symbol: string; readonly bars: number };
  readonly comparisons: readonly Comparison[];
  readonly workerEngines: EngineComparison;
  readonly scaling: readonly ScalingStep[];
  /** Searches in new processes: specs of the four families on one and on two threads, genomes on one. */
  readonly fresh: { readonly specs: FreshSearch; readonly twoThreads: FreshSearch; readonly genomes: FreshSearch };
  readonly cores: number;
  readonly memory: FreshSearch & { readonly columns: number };
}

/** About seven months of five-minute bars, like the file of real candles that the tests use. */
const DEFAULT_BARS = 59_206;
const SCALING_SHARES = [0.01, 0.03, 0.1, 0.3, 1];

/** Compares the engine with its oracle; measures its cost by length, on threads, in a new process, and its memory. */
export async function benchEngine(io: CliIo, options: EngineBenchOptions): Promise<EngineBenchReport> {
  return withTemporaryCompany(io, async ({ stop, directory, environment }) => {
    const whole = options.data
      ? await readSeries([options.data], undefined)
      : walkSeries(createRng('bench'), DEFAULT_BARS);
    const series = sliceSeries(whole, 0, Math.min(whole.length, DEFAULT_BARS));
    const comparisons: Comparison[] = [];
    for (const kind of SPEC_KINDS) {
      io.complain(`oracle and engine: ${kind}`);
      comparisons.push(compare(kind, { ...options, series, stop }));
    }
    io.complain("the Python workers' rules: literal and fast engine");
    const workerEngines = compareEngines({ ...options, series, stop });
    io.complain('cost by number of bars');
    const scaling = measureScaling(
      SCALING_SHARES.map((share) => Math.round(options.bars * share)),
      stop,
    );

    const data = options.data ?? join(directory, 'WALK-USD.csv');
    if (options.data === undefined) await writeCandles(data, series);
    const run = async (strategies: readonly object[], threads: number): Promise<FreshSearch> => {
      const genomes = join(directory, 'strategies.json');
      await writeFile(genomes, JSON.stringify(strategies));
      return freshSearch({ data, genomes, threads, environment: environment('search'), stop });
    };
    io.complain(`${options.genomes} specs in new processes`);
    const specs = familySpecs(createRng('bench families'), options.genomes);
    const fresh = {
      specs: await run(specs, 1),
      twoThreads: await run(specs, 2),
      genomes: await run(benchGenomes(createRng('bench genomes'), options.genomes), 1),
    };

    io.complain(`${options.bars} candles in memory`);
    const long = { candles: join(directory, 'LONG-USD.csv'), specs: join(directory, 'columns.json') };
    await writeCandles(long.candles, walkSeries(createRng('bench walk'), options.bars));
    await writeFile(long.specs, JSON.stringify(manyColumnSpecs()));
    const memory = await freshSearch({
      data: long.candles,
      genomes: long.specs,
      threads: 1,
      environment: environment('memory'),
      stop,
    });
    return {
      series: { symbol: series.symbol, bars: series.length },
      comparisons,
      workerEngines,
      scaling,
      fresh,
      cores: availableParallelism(),
      memory: { ...memory, columns: MANY_COLUMNS },
    };
  });
}
