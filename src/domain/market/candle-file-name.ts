/** What the name of a worker's data file says: `data/BTC-USD_FIVE_MINUTE.csv`. */

const MINUTES: readonly (readonly [words: string, timeframe: string, minutes: number])[] = [
  ['ONE_MINUTE', '1m', 1],
  ['FIVE_MINUTE', '5m', 5],
  ['FIFTEEN_MINUTE', '15m', 15],
  ['THIRTY_MINUTE', '30m', 30],
  ['ONE_HOUR', '1h', 60],
  ['ONE_DAY', '1d', 1440],
];
const DAY_MINUTES = 1440;

export interface DataFileName {
  readonly asset: string;
  readonly timeframe: string;
  readonly candlesPerDay: number;
}

/** Empty and 0 where the name does not say. */
export function readDataFileName(path: unknown): DataFileName {
  const name = typeof path === 'string' ? (path.split('/').at(-1) ?? '') : '';
  const found = MINUTES.find(([words]) => name.includes(`_${words}`));
  return {
    asset: /^[A-Za-z0-9-]+/.exec(name)?.[0] ?? '',
    timeframe: found?.[1] ?? '',
    candlesPerDay: found ? DAY_MINUTES / found[2] : 0,
  };
}
