import { encodeGenome } from '../../domain/python-worker/genomes/encode-genome.ts';
import { type Genome } from '../../domain/python-worker/genomes/genome.ts';
import { FIGURES, packResult, type SearchFigures } from '../../domain/research/search-figures.ts';
import { type WorkerDataset } from '../../domain/python-worker/engine/dataset.ts';
import { runFast } from '../../domain/python-worker/engine/fast-engine.ts';
import { type WorkerTerms } from '../../domain/python-worker/engine/terms.ts';

/** Evaluates each genome over the whole frame, by the rules of the Python workers. */
export function playGenomes(dataset: WorkerDataset, genomes: readonly Genome[], terms: WorkerTerms): SearchFigures {
  const figures = new Float64Array(genomes.length * FIGURES);
  const whole = { from: 0, to: dataset.length };
  genomes.forEach((genome, index) => {
    packResult(figures, index, runFast(dataset, encodeGenome(genome), terms, whole));
  });
  return figures;
}
