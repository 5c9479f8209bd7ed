import { z } from 'zod';
import { SpecError } from '../src/domain/spec-error.ts';
import { type StrategySpec } from '../src/domain/strategies/spec.ts';
import { validateSpec } from '../src/domain/strategies/validate-spec.ts';

/** Keys of a path like `entry.all[0].left`. */
const keysOf = (path: string): readonly (string | number)[] =>
  (path.match(/[^.[\]]+/g) ?? []).map((key) => (/^\d+$/.test(key) ? Number(key) : key));

/** Schema of a strategy spec in a contract: accepts the same specs as `validateSpec` and reports the same paths. */
export const strategySpecSchema = z.unknown().transform((value, context): StrategySpec => {
  try {
    return validateSpec(value);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    context.addIssue({ code: 'custom', message: error.problem, path: [...keysOf(error.path)] });
    return z.NEVER;
  }
});
