import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

/** The content of a candle file. */
export interface CandleColumnsFile {
  readonly path: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
}

/** Access to candle files by the names used in work units. */
export interface CandleFiles {
  /**
   * Path of the file. @throws AppError `no-candles` when there is no such file, or the name points outside the data
   * directories.
   */
  find(name: string): Promise<string>;
  /** Reads the file. @throws as `find`, and AppError `bad-input` with file and line when the content is invalid. */
  read(name: string): Promise<CandleColumnsFile>;
}
