import { dailyCorrelation, dailyReturnsOf, type DailyReturns } from '../../src/domain/risk/daily-correlation.ts';
import { timeframeMs, type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../src/ports/market-data.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;

/** Markets among `others` whose daily returns of the last 90 full days correlate with those of `symbol` above `limit`. */
export type CorrelatedMarkets = (request: {
  readonly symbol: string;
  readonly others: readonly string[];
  readonly timeframe: Timeframe;
  readonly now: number;
  readonly limit: number;
}) => Promise<readonly string[]>;

/** Reads each market once a day of market time: its full days do not change before the next. */
export function createCorrelatedMarkets(data: Pick<MarketData, 'series'>): CorrelatedMarkets {
  let today = -1;
  const known = new Map<string, DailyReturns>();

  const returnsOf = async (symbol: string, timeframe: Timeframe, day: number): Promise<DailyReturns> => {
    const found = known.get(symbol);
    if (found) return found;
    const bars = Math.ceil(((DAYS + 1) * DAY_MS) / timeframeMs(timeframe));
    const asOf = day * DAY_MS;
    // A market that began to trade today has no full day: its correlation is not known.
    const series = await data.series({ symbol, timeframe, asOf, bars, anyCoverage: true }).catch(() => null);
    const returns: DailyReturns = series ? dailyReturnsOf(series) : new Map<number, number>();
    known.set(symbol, returns);
    return returns;
  };

  return async ({ symbol, others, timeframe, now, limit }) => {
    const day = Math.floor(now / DAY_MS);
    if (day !== today) {
      known.clear();
      today = day;
    }
    if (others.length === 0) return [];
    const own = await returnsOf(symbol, timeframe, day);
    const found: string[] = [];
    for (const other of others) {
      const value = dailyCorrelation(own, await returnsOf(other, timeframe, day));
      if (value !== null && value > limit) found.push(other);
    }
    return found;
  };
}
