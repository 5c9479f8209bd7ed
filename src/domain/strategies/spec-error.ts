/** A spec or genome that cannot be evaluated: which field (`entry.all[0].left.params.period`), what is wrong, what to do. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly path: string;
  /** The message without the path. */
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path || 'spec'}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}
