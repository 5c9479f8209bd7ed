import { type Genome } from '../../domain/python-worker/genomes/genome.ts';
import { isGenome, parseGenome } from '../../domain/python-worker/genomes/parse-genome.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { validateSpec } from '../../domain/strategies/validate-spec.ts';

/** A strategy as somebody wrote it down: in our words, or in the workers'. */
export type WrittenStrategy =
  { readonly kind: 'genome'; readonly genome: Genome } | { readonly kind: 'spec'; readonly spec: StrategySpec };

/** What has `entry_rules` is a genome, anything else a spec. @throws SpecError at the first field that is wrong. */
export function parseStrategy(value: unknown): WrittenStrategy {
  if (isGenome(value)) return { kind: 'genome', genome: parseGenome(value) };
  return { kind: 'spec', spec: validateSpec(value) };
}
