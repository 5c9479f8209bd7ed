import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sliceSeries } from '../../src/domain/market/slice-series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { type CliIo } from '../../src/cli/io.ts';
import { readSeries } from '../../src/cli/read-series.ts';
import { withWorkplace } from '../workplace.ts';
import { SPEC_KINDS, walkSeries } from './bench-market.ts';
import { compare, type Comparison } from './compare.ts';
import { freshSearch, writeCandles, writeGenomes, writeSpecs, type FreshSearch } from './fresh-process.ts';
import { MANY_COLUMNS, manyColumnSpecs } from './many-columns.ts';
import { measureScaling, type ScalingStep } from './scaling.ts';

export interface EngineBenchOptions {
  /** Candles to compare on; a random walk of `DEFAULT_BARS` unless given. */
  readonly data?: string;
  readonly specs: number;
  readonly oracleSpecs: number;
  readonly rounds: number;
  readonly genomes: number;
  /** The longest series. */
  readonly bars: number;
}

export interface EngineBenchReport {
  readonly series: { readonly symbol: string; readonly bars: number };
  readonly comparisons: readonly Comparison[];
  readonly scaling: readonly ScalingStep[];
  /** The same genomes in fresh processes on one and on two threads. */
  readonly fresh: readonly FreshSearch[];
  readonly cores: number;
  readonly memory: FreshSearch & { readonly columns: number };
}

/** As many as half a year of five-minute bars, and as the reference file has. */
const DEFAULT_BARS = 59_206;
const SCALING_SHARES = [0.01, 0.03, 0.1, 0.3, 1];

/** The engine against its oracle, its cost by length, on threads, in a fresh process, and in memory. */
export async function benchEngine(io: CliIo, options: EngineBenchOptions): Promise<EngineBenchReport> {
  return withWorkplace(io, async ({ stop, directory, environment }) => {
    const whole = options.data
      ? await readSeries(options.data, undefined)
      : walkSeries(createRng('bench'), DEFAULT_BARS);
    const series = sliceSeries(whole, 0, Math.min(whole.length, DEFAULT_BARS));
    const comparisons: Comparison[] = [];
    for (const kind of SPEC_KINDS) {
      io.complain(`oracle and engine: ${kind}`);
      comparisons.push(compare(kind, { ...options, series, stop }));
    }
    io.complain('cost by number of bars');
    const scaling = measureScaling(
      SCALING_SHARES.map((share) => Math.round(options.bars * share)),
      stop,
    );

    const files = { candles: join(directory, 'WALK-USD.csv'), genomes: join(directory, 'genomes.json') };
    const run = (threads: number) =>
      freshSearch({
        data: options.data ?? files.candles,
        genomes: files.genomes,
        threads,
        environment: environment('search'),
        stop,
      });
    if (options.data === undefined) await writeCandles(files.candles, series);
    await writeGenomes(files.genomes, options.genomes);
    const fresh: FreshSearch[] = [];
    for (const threads of [1, 2]) {
      io.complain(`a fresh process, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
      fresh.push(await run(threads));
    }

    io.complain(`${options.bars} candles in memory`);
    const long = { candles: join(directory, 'LONG-USD.csv'), specs: join(directory, 'columns.json') };
    await writeCandles(long.candles, walkSeries(createRng('bench walk'), options.bars));
    await writeSpecs(long.specs, manyColumnSpecs());
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
      scaling,
      fresh,
      cores: availableParallelism(),
      memory: { ...memory, columns: MANY_COLUMNS },
    };
  });
}
