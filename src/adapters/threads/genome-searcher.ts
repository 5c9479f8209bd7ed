import { setImmediate } from 'node:timers/promises';
import { type Genome } from '../../domain/python-worker/genomes/genome.ts';
import { FIGURES, type SearchFigures } from '../../domain/research/search-figures.ts';
import { createWorkerDataset } from '../../domain/python-worker/engine/dataset.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';
import { type WorkerTerms } from '../../domain/python-worker/engine/terms.ts';
import { type BacktestPool } from './backtest-pool.ts';
import { playGenomes } from './play-genomes.ts';
import { type SearchOptions } from './searcher.ts';
import { shareCandles } from './share-series.ts';

export interface GenomeSearchRequest {
  readonly columns: WorkerColumns;
  readonly terms: WorkerTerms;
  readonly genomes: readonly Genome[];
}

/**
 * Evaluates many genomes over one frame by the rules of the Python workers. Results are in the order of the genomes.
 */
export type GenomeSearch = (request: GenomeSearchRequest, options?: SearchOptions) => Promise<SearchFigures>;

const CHUNK = 128;

/** Chunks of the genomes, each with the index of its first result. */
function* chunksOf(genomes: readonly Genome[], size: number): Generator<[from: number, part: readonly Genome[]]> {
  for (let from = 0; from < genomes.length; from += size) yield [from, genomes.slice(from, from + size)];
}

/** Runs in this thread; yields to the event loop between chunks. */
export const searchGenomesHere: GenomeSearch = async ({ columns, terms, genomes }, options = {}) => {
  const { signal, onProgress, chunk = CHUNK } = options;
  const dataset = createWorkerDataset(columns);
  const figures = new Float64Array(genomes.length * FIGURES);
  for (const [from, part] of chunksOf(genomes, chunk)) {
    signal?.throwIfAborted();
    figures.set(playGenomes(dataset, part, terms), from * FIGURES);
    onProgress?.(from + part.length);
    await setImmediate();
  }
  return figures;
};

/** Runs on the threads of a pool. */
export function searchGenomesOn(pool: BacktestPool): GenomeSearch {
  return async ({ columns: candles, terms, genomes }, options = {}) => {
    const { signal, onProgress, chunk = CHUNK } = options;
    const columns = shareCandles(candles);
    const figures = new Float64Array(genomes.length * FIGURES);
    let done = 0;
    await Promise.all(
      Array.from(chunksOf(genomes, chunk), async ([from, part]) => {
        const answer = await pool.runAlone(
          'playGenomes',
          { frameKey: 'search', columns, terms, genomes: part },
          signal,
        );
        figures.set(answer, from * FIGURES);
        done += part.length;
        onProgress?.(done);
      }),
    );
    return figures;
  };
}
