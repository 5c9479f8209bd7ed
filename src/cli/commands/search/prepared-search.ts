import { type BacktestPool } from '../../../adapters/threads/backtest-pool.ts';
import { type SearchFigures } from '../../../domain/research/search-figures.ts';
import { type Timeframe } from '../../../domain/market/timeframe.ts';
import { type FillOptions } from '../../input/fill-options.ts';

/** What a search is asked for, whatever its rules. */
export interface SearchInput extends FillOptions {
  readonly data: string;
  readonly genomes: string;
  readonly timeframe?: Timeframe;
}

/** A search whose input has been read and found right. */
export interface PreparedSearch {
  /** For people: `BTC-USD 5m`. */
  readonly market: string;
  readonly bars: number;
  readonly count: number;
  /** What each strategy starts with, quote currency. */
  readonly capital: number;
  nameOf(index: number): string;
  /** @param pool null for this thread. */
  play(pool: BacktestPool | null, onProgress: (done: number) => void): Promise<SearchFigures>;
}
