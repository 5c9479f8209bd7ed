import { AppError } from '../src/domain/errors.ts';

/** A setting that cannot be used: where it stands, which key, and what is wrong with it. The command line exits 2. */
export class ConfigError extends AppError {
  readonly place: string;
  readonly key: string;

  constructor(place: string, key: string, problem: string) {
    super('bad-config', `${place}: ${key === '' ? '' : `${key}: `}${problem}`);
    this.name = 'ConfigError';
    this.place = place;
    this.key = key;
  }
}
