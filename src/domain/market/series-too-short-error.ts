import { AppError } from '../errors.ts';

/** Too few bars for what was asked: an error, never a result of zero. */
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
