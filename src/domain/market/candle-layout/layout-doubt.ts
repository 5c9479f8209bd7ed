import { AppError } from '../../errors.ts';

const COLUMNS_ADVICE =
  'Name the columns in file order with --columns, like time,open,high,low,close,volume; - skips one';

/** A file can be read in several ways, or in none. The advice names the option that says which is right. */
export function layoutDoubt(problem: string, advice = COLUMNS_ADVICE): AppError {
  return new AppError('bad-candles', problem, { advice });
}
