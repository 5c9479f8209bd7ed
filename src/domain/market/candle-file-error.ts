import { AppError } from '../errors.ts';

/**
 * A candle file cannot be used. The message says what is wrong, where, and what to do. `line` counts from 1 and
 * includes the header.
 */
export class CandleFileError extends AppError {
  readonly line: number;

  constructor(line: number, problem: string) {
    super('bad-candles', `line ${line}: ${problem}`);
    this.name = 'CandleFileError';
    this.line = line;
  }
}
