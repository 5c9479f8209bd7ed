import { type Genome } from '../../domain/python-worker/genomes/genome.ts';
import { isGenome, parseGenome } from '../../domain/python-worker/genomes/parse-genome.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { validateSpec } from '../../domain/strategies/validate-spec.ts';

/** A strategy from a file: a strategy spec, or a genome of the Python workers. */
export type WrittenStrategy =
  { readonly kind: 'genome'; readonly genome: Genome } | { readonly kind: 'spec'; readonly spec: StrategySpec };

/** An object with `entry_rules` is a genome, anything else a spec. @throws SpecError at the first invalid field. */
export function parseStrategy(value: unknown): WrittenStrategy {
  if (isGenome(value)) return { kind: 'genome', genome: parseGenome(value) };
  return { kind: 'spec', spec: validateSpec(value) };
}
