import { type BacktestPool } from '../../../adapters/threads/backtest-pool.ts';
import { type SearchFigures } from '../../../domain/research/search-figures.ts';
import { type Timeframe } from '../../../domain/market/timeframe.ts';
import { type FillOptions } from '../../input/fill-options.ts';

/** Input of a search, for all profiles. */
export interface SearchInput extends FillOptions {
  readonly data: string;
  readonly genomes: string;
  readonly timeframe?: Timeframe;
}

/** A search whose input is read and valid. */
export interface PreparedSearch {
  /** Display text, such as `BTC-USD 5m`. */
  readonly market: string;
  readonly bars: number;
  readonly count: number;
  /** Starting capital of each strategy, quote currency. */
  readonly capital: number;
  nameOf(index: number): string;
  /** @param pool null runs on the main thread. */
  play(pool: BacktestPool | null, onProgress: (done: number) => void): Promise<SearchFigures>;
}
