import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type Market } from '../domain/market/market.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';

/** The content of a candle file. */
export interface CandleColumnsFile {
  readonly path: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
  /** Most fraction digits printed in the four price columns; trailing zeros count. JSON numbers: their shortest form. */
  readonly fractionDigits: number;
  /** `unknown`: the file has no column of volume in base units, and `columns.volume` is NaN throughout. */
  readonly volume: 'base' | 'unknown';
  /** What the reader assumed about the file, one clause each; empty when the file left no doubt. */
  readonly assumed: readonly string[];
  /** The market as it was stored first, for candles that come from the store: its limits stay. */
  readonly market?: Market;
}

/** Access to candle files by the names used in work units. */
export interface CandleFiles {
  /**
   * Path of the file. @throws AppError `no-candles` when there is no such file, or the name points outside the data
   * directories.
   */
  find(name: string): Promise<string>;
  /** Hash of the file's bytes. @throws as `find`. */
  hash(name: string): Promise<string>;
  /** Reads the file. @throws as `find`, and AppError `bad-input` with file and line when the content is invalid. */
  read(name: string): Promise<CandleColumnsFile>;
}
