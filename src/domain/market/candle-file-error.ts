import { AppError } from '../errors.ts';

/** A candle file that cannot be used: what is wrong, where, and what to do. `line` counts from 1, the header included. */
export class CandleFileError extends AppError {
  readonly line: number;

  constructor(line: number, problem: string) {
    super('bad-candles', `line ${line}: ${problem}`);
    this.name = 'CandleFileError';
    this.line = line;
  }
}
