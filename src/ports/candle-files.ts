import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

/** A candle file, read whole. */
export interface CandleColumnsFile {
  readonly path: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
}

/** Candle files by the names that work units give them. */
export interface CandleFiles {
  /** Path of the file. @throws AppError `no-candles` when there is none, or its name leads out of the data directories. */
  find(name: string): Promise<string>;
  /** @throws as `find`, and AppError `bad-input` with file and line when the file is no good. */
  read(name: string): Promise<CandleColumnsFile>;
}
