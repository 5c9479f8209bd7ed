import { timeframeMs, type Timeframe } from './timeframe.ts';

/** Words for timeframes in the names of candle files, shortest timeframe first. */
export const CANDLE_FILE_WORDS: readonly (readonly [words: string, timeframe: Timeframe])[] = [
  ['ONE_MINUTE', '1m'],
  ['FIVE_MINUTE', '5m'],
  ['FIFTEEN_MINUTE', '15m'],
  ['THIRTY_MINUTE', '30m'],
  ['ONE_HOUR', '1h'],
  ['ONE_DAY', '1d'],
];
const DAY_MS = 86_400_000;

export interface DataFileName {
  readonly asset: string;
  readonly timeframe: string;
  readonly candlesPerDay: number;
}

/**
 * Reads the name of a Python worker's data file, like `data/BTC-USD_FIVE_MINUTE.csv`. Fields are '' and 0 when the name does
 * not contain them.
 */
export function readDataFileName(path: unknown): DataFileName {
  const name = typeof path === 'string' ? (path.split('/').at(-1) ?? '') : '';
  const found = CANDLE_FILE_WORDS.find(([words]) => name.includes(`_${words}`));
  return {
    asset: /^[A-Za-z0-9-]+/.exec(name)?.[0] ?? '',
    timeframe: found?.[1] ?? '',
    candlesPerDay: found ? DAY_MS / timeframeMs(found[1]) : 0,
  };
}
