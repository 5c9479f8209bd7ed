/** Parameters of a unit as sent to workers (docs/coordinator-protocol.md#strategy-parameters). */
export type StrategyParams = Readonly<Record<string, unknown>>;

/** Candle file that the unit names; undefined when it names none. */
export function candleFileOf({ data_file: file }: StrategyParams): string | undefined {
  return typeof file === 'string' && file !== '' ? file : undefined;
}

const FILE_TERMS = ['data_file', 'data_dir', 'market_type', 'max_leverage', 'leverage'];

/** The parameters that decide which file a worker reads, and by which rules it plays. */
export function fileTermsOf(params: StrategyParams): StrategyParams {
  return Object.fromEntries(FILE_TERMS.flatMap((name) => (name in params ? [[name, params[name]]] : [])));
}

/** Settings that make Python workers evaluate exactly the given seed, once. */
export const EVALUATE_ONE = { population_size: 1, generations: 1, seed_ratio: 1 } as const;

/** Whether the unit evaluates one genome without a search; every honest worker then reports the same. */
export function evaluatesOneGenome(params: StrategyParams): boolean {
  const { seed_genomes: seeds } = params;
  const isFixed = Object.entries(EVALUATE_ONE).every(([name, value]) => params[name] === value);
  return isFixed && Array.isArray(seeds) && seeds.length === 1;
}
