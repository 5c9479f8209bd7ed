/** The parameters of a unit as workers get them (docs/coordinator-protocol.md#strategy-parameters). */
export type StrategyParams = Readonly<Record<string, unknown>>;

/** What makes the existing workers evaluate exactly the seed they are given, once. */
export const EVALUATE_ONE = { population_size: 1, generations: 1, seed_ratio: 1 } as const;

/** One genome, no search: every honest worker reports the same. */
export function evaluatesOneGenome(params: StrategyParams): boolean {
  const { seed_genomes: seeds } = params;
  const isFixed = Object.entries(EVALUATE_ONE).every(([name, value]) => params[name] === value);
  return isFixed && Array.isArray(seeds) && seeds.length === 1;
}
