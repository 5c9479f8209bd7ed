import { strategySpecSchema } from '../../queues/strategy-spec-schema.ts';
import { type Genome } from '../domain/genomes/genome.ts';
import { isGenome, parseGenome } from '../domain/genomes/parse-genome.ts';
import { SpecError } from '../domain/strategies/spec-error.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { validateSpec } from '../domain/strategies/validate-spec.ts';
import { errorText } from '../ports/errors.ts';

/** A strategy as somebody wrote it down: in our words, or in the workers'. */
export type WrittenStrategy =
  { readonly kind: 'genome'; readonly genome: Genome } | { readonly kind: 'spec'; readonly spec: StrategySpec };

/** What has `entry_rules` is a genome, anything else a spec. @throws SpecError at the first field that is wrong. */
export function parseStrategy(value: unknown): WrittenStrategy {
  if (isGenome(value)) return { kind: 'genome', genome: parseGenome(value) };
  // First, because it says in words what is wrong, where a union of schemas only says that nothing fits.
  validateSpec(value);
  const spec = strategySpecSchema.safeParse(value);
  if (spec.success) return { kind: 'spec', spec: spec.data };
  throw new SpecError('', `is not a strategy spec (${errorText(spec.error)})`);
}
