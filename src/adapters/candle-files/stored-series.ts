import { seriesOfColumns } from '../../domain/market/build-series.ts';
import { type Series } from '../../domain/market/series.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleStore } from '../../ports/stores.ts';

/** All candles that the store has of a market, as a series; null when it has none. */
export async function storedSeries(
  store: CandleStore,
  source: string,
  symbol: string,
  timeframe: Timeframe,
): Promise<Series | null> {
  const columns = await store.range(source, symbol, timeframe, 0, Number.MAX_SAFE_INTEGER);
  return columns.length === 0 ? null : seriesOfColumns(symbol, timeframe, columns);
}
