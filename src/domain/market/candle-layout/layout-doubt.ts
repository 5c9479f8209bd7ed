import { AppError } from '../../errors.ts';

const COLUMNS_ADVICE =
  'Name the columns in file order with --columns, like time,open,high,low,close,volume; - skips one';

/** A file can be read in several ways, or in none. The advice names the option that says which is right. */
export class LayoutDoubt extends AppError {
  /** Whether a table of candles was found: of the doubts about several separators, that of the right one. */
  readonly isOfTable: boolean;

  constructor(problem: string, advice: string, isOfTable: boolean) {
    super('bad-candles', problem, { advice });
    this.name = 'LayoutDoubt';
    this.isOfTable = isOfTable;
  }
}

export const layoutDoubt = (problem: string, advice = COLUMNS_ADVICE): LayoutDoubt =>
  new LayoutDoubt(problem, advice, true);

export const noTable = (problem: string): LayoutDoubt => new LayoutDoubt(problem, COLUMNS_ADVICE, false);
