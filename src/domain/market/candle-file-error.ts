/** A candle file that cannot be used: what is wrong, where, and what to do. `line` counts from 1, the header included. */
export class CandleFileError extends Error {
  override readonly name = 'CandleFileError';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}
