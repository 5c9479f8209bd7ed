import { AppError } from './errors.ts';

/** A spec or genome that cannot be evaluated: which field (`entry.all[0].left.params.period`), what is wrong, what to do. */
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

  /** The same as part of something larger: `seed_genomes[2]` before `params.sl_pct`. */
  inside(place: string): SpecError {
    return new SpecError(this.path === '' ? place : `${place}.${this.path}`, this.problem);
  }
}
