import { type BacktestPool } from '../../../adapters/threads/backtest-pool.ts';
import { type SearchFigures } from '../../../domain/research/search-figures.ts';
import { type MarketKind } from '../../../domain/market/market.ts';
import { type CandlesOptions } from '../../input/candles-input.ts';
import { type FillOptions } from '../../input/fill-options.ts';
import { type CoverageOptions } from '../../input/minimum-coverage.ts';

/** Input of a search, for all profiles. */
export interface SearchInput extends FillOptions, CandlesOptions, CoverageOptions {
  readonly genomes: string;
  /** Profile worker only: overrides the kind that config/markets.yaml or the name of the market tells. */
  readonly marketType?: MarketKind;
}

/** A search whose input is read and valid. */
export interface PreparedSearch {
  /** Display text, such as `BTC-USD 5m`. */
  readonly market: string;
  /** What was assumed about the file and the market. */
  readonly notes: readonly string[];
  readonly bars: number;
  readonly count: number;
  /** Starting capital of each strategy, quote currency. */
  readonly capital: number;
  nameOf(index: number): string;
  /** @param pool null runs on the main thread. */
  play(pool: BacktestPool | null, onProgress: (done: number) => void): Promise<SearchFigures>;
}
