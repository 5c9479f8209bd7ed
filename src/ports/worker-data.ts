import { type CandleColumns } from '../domain/market/candle-columns.ts';

/** Candles that units name by their workers' file names. */
export interface WorkerData {
  /**
   * The candles of a unit's `data_file`, one row for each that is in the file; null and why when there are none here. The
   * same `key`, the same candles.
   */
  find(dataFile: unknown): Promise<FoundData>;
}

export type FoundData =
  { readonly columns: CandleColumns; readonly key: string } | { readonly columns: null; readonly reason: string };
