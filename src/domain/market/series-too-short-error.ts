/** Too few bars for what was asked: an error, never a result of zero. */
export class SeriesTooShortError extends Error {
  override readonly name = 'SeriesTooShortError';
  readonly needed: number;
  readonly available: number;

  constructor(what: string, needed: number, available: number) {
    super(`${what} needs at least ${needed} bars, there are ${available}: use more data or shorter periods`);
    this.needed = needed;
    this.available = available;
  }
}
