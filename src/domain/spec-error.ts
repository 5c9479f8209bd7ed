import { AppError } from './errors.ts';

/**
 * A spec or genome cannot be evaluated. The message gives the field (`entry.all[0].left.params.period`), the fault, and
 * the fix.
 */
export class SpecError extends AppError {
  readonly path: string;
  /** The message without the path. */
  readonly problem: string;

  constructor(path: string, problem: string) {
    super('bad-spec', `${path || 'spec'}: ${problem}`);
    this.name = 'SpecError';
    this.path = path;
    this.problem = problem;
  }

  /** The same error inside a larger object: `seed_genomes[2]` is added before `params.sl_pct`. */
  inside(place: string): SpecError {
    return new SpecError(this.path === '' ? place : `${place}.${this.path}`, this.problem);
  }
}
