import { encodeGenome, PARAM_DEFAULTS } from '../genomes/encode-genome.ts';
import { type Genome, type GenomeParams } from '../genomes/genome.ts';
import { randomRule } from '../genomes/random-genome.ts';
import { type Rng } from '../../random/rng.ts';
import { type MarketType } from './terms.ts';

/** Limits for child genomes. */
export interface BreedRange {
  readonly marketType: MarketType;
  readonly maxLeverage: number;
}

const MIXED = ['sl_pct', 'tp_pct', 'size_pct', 'max_positions'] as const;
const MOST_RULES = 3;
const MUTATION_RATE = 0.3;
/** Largest change of a parameter by mutation, as a share of its value. */
const MUTATION_SPAN = 0.3;

/**
 * Combines two genomes: rules from both parents, averaged numbers, direction and leverage of one parent. Does not
 * change the parents.
 */
export function crossover(rng: Rng, mother: Genome, father: Genome): Genome {
  const pool = [...mother.entry_rules, ...father.entry_rules];
  const count = Math.min(pool.length, rng.integer(1, MOST_RULES));
  const entry_rules = Array.from({ length: count }, () => pool.splice(rng.integer(0, pool.length - 1), 1)[0]!);
  const mixed = Object.fromEntries(
    MIXED.map((name) => [name, (numberOf(mother.params, name) + numberOf(father.params, name)) / 2]),
  );
  const { side, leverage } = encodeGenome(rng.next() < 0.5 ? mother : father);
  return { entry_rules, params: { ...mixed, direction: side === 'short' ? 'SHORT' : 'LONG', leverage } };
}

/**
 * Returns a mutated copy: at random, a rule is replaced, added or removed, and numbers change. Numbers may leave the
 * ranges of random genomes.
 */
export function mutate(rng: Rng, genome: Genome, { marketType }: BreedRange): Genome {
  const rules = [...genome.entry_rules];
  if (rng.next() < MUTATION_RATE) {
    const at = rng.integer(0, Math.max(0, rules.length - 1));
    const kind = rng.next();
    if (kind < 0.5 || rules.length === 0) rules[at] = randomRule(rng);
    else if (kind < 0.75 && rules.length < MOST_RULES) rules.push(randomRule(rng));
    else if (rules.length > 1) rules.splice(at, 1);
  }
  const moved = Object.fromEntries(
    MIXED.map((name) => {
      const value = numberOf(genome.params, name);
      return [name, rng.next() < MUTATION_RATE ? value * (1 + MUTATION_SPAN * (2 * rng.next() - 1)) : value];
    }),
  );
  const flips = marketType === 'FUTURES' && rng.next() < MUTATION_RATE / 3;
  const direction = flips ? (genome.params.direction === 'SHORT' ? 'LONG' : 'SHORT') : genome.params.direction;
  return { entry_rules: rules, params: { ...genome.params, ...moved, direction } };
}

const numberOf = (params: GenomeParams, name: (typeof MIXED)[number]): number => params[name] ?? PARAM_DEFAULTS[name];
