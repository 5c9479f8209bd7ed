import { candleAt } from '../../domain/market/candle-columns.ts';
import { type Market } from '../../domain/market/market.ts';
import { FLAGS, type Series } from '../../domain/market/series.ts';
import { timeframeMs } from '../../domain/market/timeframe.ts';
import { type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueBar } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { hasCode } from '../../domain/errors.ts';
import { type ClosedCandles, type MarketFailure } from '../../ports/broker.ts';
import { type MarketData } from '../../ports/market-data.ts';

/** A market whose candles could be read. */
export interface ReadyMarket {
  readonly market: Market;
  readonly series: Series;
}

/** The candles of these markets up to the closed one, and the markets that could not be read. */
export async function readClosed(
  data: Pick<MarketData, 'market' | 'series'>,
  { symbols, timeframe, candleTime }: Pick<ClosedCandles, 'symbols' | 'timeframe' | 'candleTime'>,
): Promise<{ readonly ready: readonly ReadyMarket[]; readonly failed: readonly MarketFailure[] }> {
  const asOf = candleTime + timeframeMs(timeframe);
  const failed: MarketFailure[] = [];
  const ready: ReadyMarket[] = [];
  for (const symbol of symbols) {
    try {
      const [market, series] = await Promise.all([
        data.market(symbol),
        data.series({ symbol, timeframe, asOf, anyCoverage: true }),
      ]);
      ready.push({ market, series });
    } catch (error) {
      // A market that has not begun to trade has nothing to process.
      if (!hasCode(error, 'no-candles')) failed.push({ symbol, error });
    }
  }
  return { ready, failed };
}

/**
 * Index of the first bar after the last one that the account has seen: usually one is left, more when the candles of a tick
 * could not be read. An account that has seen none starts with the last.
 */
export function firstUnseen({ marks }: Pick<VenueAccount, 'marks'>, { market, series }: ReadyMarket): number {
  const { length, timeframe } = series;
  const seen = marks[market.symbol]?.time;
  return seen === undefined
    ? length - 1
    : Math.max(0, Math.floor((seen - series.time[0]!) / timeframeMs(timeframe)) + 1);
}

export const barOf = (series: Series, index: number, timeExitsWait: boolean): VenueBar => ({
  candle: candleAt(series, index),
  filled: series.filled[index] !== FLAGS.real,
  barMs: timeframeMs(series.timeframe),
  timeExitsWait,
});
