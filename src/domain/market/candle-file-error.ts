import { AppError } from '../errors.ts';

/** A fault of one row. `line` counts from 1 and includes the header. */
export interface RowFault {
  readonly line: number;
  readonly problem: string;
}

/** Faults that a message lists. */
export const LISTED_FAULTS = 5;

/**
 * Rows of a candle file are wrong. The message says how many, and of the first five where and what.
 * @param place what `line` counts: lines of a text, rows of a JSON list
 */
export class CandleFileError extends AppError {
  readonly line: number;
  readonly faults: number;

  constructor(first: readonly RowFault[], faults: number, place: string, advice: string) {
    const listed = first.slice(0, LISTED_FAULTS).map(({ line, problem }) => `${place} ${line}: ${problem}`);
    const more = faults > listed.length ? `, the first ${listed.length}` : '';
    super('bad-candles', `${faults === 1 ? '' : `${faults} faults${more}: `}${listed.join('; ')}`, { advice });
    this.name = 'CandleFileError';
    this.line = first[0]!.line;
    this.faults = faults;
  }
}
