import { encodeGenome } from '../genomes/encode-genome.ts';
import { type Genome } from '../genomes/genome.ts';
import { randomGenome } from '../genomes/random-genome.ts';
import { canonicalJson } from '../../identity/canonical-json.ts';
import { type Rng } from '../../random/rng.ts';
import { archetypes } from './archetypes.ts';
import { crossover, mutate } from './breed.ts';
import { forMarketType } from './for-market-type.ts';
import { type UnitFrames } from './submission.ts';
import { type UnitParams } from './unit-params.ts';
import { fitnessOf, walkForward } from './walk-forward.ts';

interface Scored {
  readonly genome: Genome;
  readonly fitness: number;
}

export interface EvolveOptions {
  /** Called before each generation. */
  readonly isCancelled?: () => boolean;
  /** Called after each generation with the number done and the best fitness so far. */
  readonly onGeneration?: (done: number, best: number) => void;
}

/** The search ends after this many generations without improvement. */
const PATIENCE = 20;
const SURVIVORS = 0.3;
const ELITE = 0.1;
const TOURNAMENT = 3;
/** Below this share of distinct genomes, random genomes are added. */
const LEAST_DIVERSITY = 0.2;
const RANDOM_SHARE = 0.2;
/** Population slots reserved for random genomes beside seeds and archetypes. */
const RANDOM_PLACES = 5;

/**
 * The Python workers' genetic search (docs/coordinator-protocol.md#the-search): walk-forward fitness on the training
 * frame, elitism, tournaments. The Python search is not seeded; this one gives the same genome for the same generator.
 * @returns the best genome found; null when cancelled before the first generation.
 */
export function evolve(frames: UnitFrames, params: UnitParams, rng: Rng, options: EvolveOptions = {}): Genome | null {
  const { populationSize, generations } = params;
  const known = new Map<string, Scored>();
  const score = (genome: Genome): Scored => {
    const key = canonicalJson(genome);
    const seen = known.get(key);
    if (seen) return seen;
    const found = walkForward(frames.train, encodeGenome(genome), frames.trainTerms);
    const scored = { genome, fitness: fitnessOf(found, genome.entry_rules.length) };
    known.set(key, scored);
    return scored;
  };

  let population = firstPopulation(params, rng);
  let best: Scored | null = null;
  let stale = 0;
  for (let generation = 0; generation < generations && stale < PATIENCE; generation += 1) {
    if (options.isCancelled?.()) break;
    const ranked = population.map(score).sort((a, b) => b.fitness - a.fitness);
    if (best === null || ranked[0]!.fitness > best.fitness) [best, stale] = [ranked[0]!, 0];
    else stale += 1;
    options.onGeneration?.(generation + 1, best.fitness);
    known.clear();
    for (const scored of ranked) known.set(canonicalJson(scored.genome), scored);
    if (generation + 1 < generations) population = nextPopulation(ranked, populationSize, params, rng);
  }
  return best?.genome ?? null;
}

function firstPopulation(params: UnitParams, rng: Rng): readonly Genome[] {
  const { populationSize, seeds, seedRatio, marketType, maxLeverage } = params;
  const seeded = seeds.slice(0, Math.trunc(populationSize * seedRatio)).map((seed) => forMarketType(seed, marketType));
  const ideas = archetypes(marketType, maxLeverage).slice(
    0,
    Math.max(0, populationSize - seeded.length - RANDOM_PLACES),
  );
  const randoms = Array.from({ length: populationSize - seeded.length - ideas.length }, () =>
    randomGenome(rng, params),
  );
  return [...seeded, ...ideas, ...randoms];
}

function nextPopulation(ranked: readonly Scored[], size: number, params: UnitParams, rng: Rng): readonly Genome[] {
  const survivors = ranked.slice(0, Math.max(2, Math.trunc(SURVIVORS * size)));
  const next = ranked.slice(0, Math.max(1, Math.trunc(ELITE * size))).map(({ genome }) => genome);
  const distinct = new Set(ranked.map(({ genome }) => canonicalJson(genome.entry_rules))).size / ranked.length;
  if (distinct < LEAST_DIVERSITY) {
    for (let n = Math.trunc(RANDOM_SHARE * size); n > 0 && next.length < size; n -= 1)
      next.push(randomGenome(rng, params));
  }
  while (next.length < size) {
    const child = crossover(rng, tournament(survivors, rng), tournament(survivors, rng));
    next.push(mutate(rng, child, params));
  }
  return next.slice(0, size);
}

function tournament(survivors: readonly Scored[], rng: Rng): Genome {
  let winner = rng.pick(survivors);
  for (let round = 1; round < TOURNAMENT; round += 1) {
    const other = rng.pick(survivors);
    if (other.fitness > winner.fitness) winner = other;
  }
  return winner.genome;
}
