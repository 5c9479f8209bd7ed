import { AppError } from '../errors.ts';

/** A calculation needs more bars than the series has. */
export class SeriesTooShortError extends AppError {
  readonly needed: number;
  readonly available: number;

  constructor(what: string, needed: number, available: number) {
    super('series-too-short', `${what} needs at least ${needed} bars, there are ${available}`, {
      advice: 'Use more data or shorter periods',
    });
    this.name = 'SeriesTooShortError';
    this.needed = needed;
    this.available = available;
  }
}
