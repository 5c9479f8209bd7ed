import { AppError } from '../src/domain/errors.ts';

/** An invalid setting: its place (file or environment variable), its key and the problem. The command line exits 2. */
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
