import { encodeGenome } from '../../src/domain/python-worker/genomes/encode-genome.ts';
import { type Series } from '../../src/domain/market/series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { createWorkerDataset } from '../../src/domain/python-worker/engine/dataset.ts';
import { runFast } from '../../src/domain/python-worker/engine/fast-engine.ts';
import { runLiterally } from '../../src/domain/python-worker/engine/literal-engine.ts';
import { termsOf } from '../../src/domain/python-worker/engine/terms.ts';
import { perItem } from '../cpu-time.ts';
import { spreadOf, type Spread } from '../statistics.ts';
import { benchGenomes } from './bench-market.ts';

/** CPU ms per genome by the rules of the Python workers, and literal engine over fast engine in the same round. */
export interface EngineComparison {
  readonly genomes: number;
  readonly literalMs: Spread;
  readonly coldMs: Spread;
  readonly warmMs: Spread;
  /** With all rules cached (warm), and with nothing cached, indicators included (cold). */
  readonly warmRatio: Spread;
  readonly coldRatio: Spread;
}

export interface CompareEnginesOptions {
  readonly series: Series;
  readonly specs: number;
  readonly oracleSpecs: number;
  readonly rounds: number;
  readonly stop: AbortSignal;
}

/** Runs literal and fast engine alternately on the same genomes. Round 0 is the warm-up. */
export function compareEngines({ series, specs, oracleSpecs, rounds, stop }: CompareEnginesOptions): EngineComparison {
  const genomes = benchGenomes(createRng('bench kernel'), specs).map(encodeGenome);
  const few = genomes.slice(0, oracleSpecs);
  const terms = termsOf('SPOT', series.time);
  const whole = { from: 0, to: series.length };
  const known = createWorkerDataset(series);
  const measured: { readonly literal: number; readonly cold: number; readonly warm: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    stop.throwIfAborted();
    const times = {
      literal: perItem(few, () => (genome) => runLiterally(known, genome, terms, whole)),
      cold: perItem(genomes, () => {
        const fresh = createWorkerDataset(series);
        return (genome) => runFast(fresh, genome, terms, whole);
      }),
      warm: perItem(genomes, () => (genome) => runFast(known, genome, terms, whole)),
    };
    if (round > 0) measured.push(times);
  }
  const spread = (of: (times: (typeof measured)[number]) => number): Spread => spreadOf(measured.map(of));
  return {
    genomes: genomes.length,
    literalMs: spread(({ literal }) => literal),
    coldMs: spread(({ cold }) => cold),
    warmMs: spread(({ warm }) => warm),
    warmRatio: spread(({ literal, warm }) => literal / warm),
    coldRatio: spread(({ literal, cold }) => literal / cold),
  };
}
