import { type StrategyParams } from './strategy-params.ts';

/** A market of which remote workers have candles. */
export interface SearchedMarket {
  /** File name at the workers, such as `BTC-USD_FIVE_MINUTE.csv`. */
  readonly dataFile: string;
  /** Futures contract; absent for spot. */
  readonly contract?: string;
  readonly maxLeverage?: number;
}

export interface SearchSize {
  readonly populationSize: number;
  readonly generations: number;
  readonly maxCandles: number;
}

/** Parameters of a genetic search that remote workers run. */
export function searchParams(
  { dataFile, contract, maxLeverage = 1 }: SearchedMarket,
  { maxCandles, populationSize, generations }: SearchSize,
): StrategyParams {
  return {
    market_type: contract === undefined ? 'SPOT' : 'FUTURES',
    data_file: dataFile,
    max_candles: maxCandles,
    population_size: populationSize,
    generations,
    risk_level: 'MEDIUM',
    max_leverage: maxLeverage,
    ...(contract !== undefined && { contract }),
  };
}
