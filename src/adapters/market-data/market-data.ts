import { LRUCache } from 'lru-cache';
import { seriesOfColumns } from '../../domain/market/build-series.ts';
import { emptyColumns, joinColumns, type CandleColumns } from '../../domain/market/candle-columns.ts';
import { coverageOf, requireCoverage } from '../../domain/market/coverage.ts';
import { datasetOf, seriesIdOf } from '../../domain/market/dataset.ts';
import { flatUntil } from '../../domain/market/flat-until.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Series } from '../../domain/market/series.ts';
import { seriesUntil, sliceSeries } from '../../domain/market/slice-series.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleSource, type SourcedMarket } from '../../ports/candle-source.ts';
import { AppError } from '../../domain/errors.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type FeedStore } from '../../ports/stores.ts';
import { createSharedReads } from '../../ports/shared-reads.ts';
import { createGrowingSeries, type GrowingSeries } from './growing-series.ts';

export interface MarketDataDeps {
  readonly source: CandleSource;
  /** Name of the source; the row of its feed contains the market time. */
  readonly name: string;
  readonly feed: FeedStore;
  /** Share of real candles below which a series is refused, 0..1. */
  readonly minimumCoverage: number;
}

/** Loaded data of one market: all bars closed by `until`, and their resampled forms. */
interface Loaded {
  readonly until: number;
  readonly base: GrowingSeries;
  readonly resampled: Map<Timeframe, GrowingSeries>;
}

/** Hashes of series that are kept: those of a cycle's markets, several times over. */
const MAX_DATASETS = 256;

/** Upper limit of bars allocated in advance: eight years of one-minute candles. */
const MAX_EXPECTED_BARS = 2 ** 22;

/** Open time of the bar after the last one, epoch ms. */
const endOf = (series: Series): number => series.time[series.length - 1]! + timeframeMs(series.timeframe);

const barAt = (series: Series, time: number): number => (time - series.time[0]!) / timeframeMs(series.timeframe);

/** The last bar as the first candle of what follows, so that a gap between them is filled like any other. */
function lastCandle(series: Series): CandleColumns {
  const { length, time, open, high, low, close, volume } = sliceSeries(series, series.length - 1, series.length);
  return { length, time, open, high, low, close, volume };
}

/** Market data from any candle source, loaded once and extended as market time advances. */
export function createMarketData({ source, name, feed, minimumCoverage }: MarketDataDeps): MarketData {
  const loaded = new Map<string, Loaded>();
  // One load per market at a time: concurrent jobs must not load a market twice.
  const loading = new Map<string, Promise<Loaded>>();
  const datasets = new LRUCache<string, string>({ max: MAX_DATASETS });
  let known: readonly SourcedMarket[] | null = null;

  const sourced = async (): Promise<readonly SourcedMarket[]> => {
    if (known === null || known.length === 0) known = await source.markets();
    return known;
  };
  const find = async (symbol: string): Promise<SourcedMarket> => {
    let found = (await sourced()).find(({ market }) => market.symbol === symbol);
    if (!found) {
      known = null;
      found = (await sourced()).find(({ market }) => market.symbol === symbol);
    }
    if (!found) {
      throw new AppError('unknown-market', `there is no market ${symbol} in ${name}`, {
        advice: `Markets: ${(await sourced()).map(({ market }) => market.symbol).join(', ') || 'none'}`,
      });
    }
    return found;
  };

  /**
   * Reads the bars closed by `until`. One that is missing when it is due is a flat, flagged bar for good: a returned
   * series never changes, so a candle that comes later stays out of it (docs/simulation-rules.md rule 11).
   */
  const extend = async (symbol: string, until: number): Promise<Loaded> => {
    const before = loaded.get(symbol);
    const { timeframe, first } = await find(symbol);
    const from = before ? endOf(before.base.series) : first;
    const fresh = from < until ? await source.candles(symbol, from, until) : emptyColumns(0);
    let base = before?.base;
    if (base === undefined) {
      if (fresh.length === 0)
        throw new AppError('no-candles', `there is no candle of ${symbol} before ${new Date(until).toISOString()}`, {
          advice: 'Import some with corp data import',
        });
      const expected = Math.min((until - fresh.time[0]!) / timeframeMs(timeframe), MAX_EXPECTED_BARS);
      base = createGrowingSeries(seriesOfColumns(symbol, timeframe, fresh), expected);
    } else if (fresh.length > 0) {
      const joined = seriesOfColumns(symbol, timeframe, joinColumns([lastCandle(base.series), fresh]));
      base.append(sliceSeries(joined, 1, joined.length));
    }
    base.append(flatUntil(base.series, until));
    const next: Loaded = { base, resampled: before?.resampled ?? new Map<Timeframe, GrowingSeries>(), until };
    loaded.set(symbol, next);
    return next;
  };

  const load = async (symbol: string, until: number): Promise<Loaded> => {
    for (;;) {
      const running = loading.get(symbol);
      if (running) await running.catch(() => undefined);
      const ready = loaded.get(symbol);
      if (ready && ready.until >= until) return ready;
      if (loading.has(symbol)) continue;
      const task = extend(symbol, until).finally(() => loading.delete(symbol));
      loading.set(symbol, task);
      return task;
    }
  };

  const inTimeframe = (symbol: string, { base: { series: base }, resampled }: Loaded, timeframe: Timeframe): Series => {
    if (timeframe === base.timeframe) return base;
    if (timeframeMs(timeframe) % timeframeMs(base.timeframe) !== 0) {
      throw new AppError(
        'bad-timeframe',
        `${symbol} has ${base.timeframe} candles; they cannot be resampled to ${timeframe}`,
        { advice: `Choose ${base.timeframe} or a multiple of it` },
      );
    }
    const made = resampled.get(timeframe);
    if (!made) {
      const whole = createGrowingSeries(resample(base, timeframe));
      resampled.set(timeframe, whole);
      return whole.series;
    }
    // Complete buckets do not change: only the bars after the last bucket are resampled.
    const done = made.series.length === 0 ? 0 : barAt(base, endOf(made.series));
    made.append(resample(sliceSeries(base, done, base.length), timeframe));
    return made.series;
  };

  const series: MarketData['series'] = async ({ symbol, timeframe, asOf, bars, anyCoverage = false }) => {
    const whole = inTimeframe(symbol, await load(symbol, asOf), timeframe);
    const visible = seriesUntil(whole, asOf);
    if (visible.length === 0)
      throw new AppError(
        'no-candles',
        `no candle of ${symbol} ${timeframe} had closed at ${new Date(asOf).toISOString()}`,
      );
    if (!anyCoverage) requireCoverage(visible, minimumCoverage);
    return bars === undefined || bars >= visible.length
      ? visible
      : sliceSeries(visible, visible.length - bars, visible.length);
  };

  const now = createSharedReads(async (of) => {
    const state = await feed.get(of);
    if (!state)
      throw new AppError('no-feed', `no feed has announced a market time for ${of}`, {
        retryable: true,
        advice: 'Start one with corp start, or run corp cycle',
      });
    return state.now;
  });

  return {
    now: () => now(name),
    async markets() {
      return (await sourced()).map(({ market }) => market);
    },
    async market(symbol) {
      return (await find(symbol)).market;
    },
    series,
    async identity(request) {
      const played = await series(request);
      const key = `${request.symbol}/${request.timeframe}/${played.time[0]}/${played.length}`;
      // A returned series never changes, so neither does its hash.
      const dataset = datasets.get(key) ?? datasetOf(played);
      datasets.set(key, dataset);
      return { seriesId: seriesIdOf(name, played), dataset };
    },
    async coverage(symbol, asOf) {
      return coverageOf(seriesUntil((await load(symbol, asOf)).base.series, asOf));
    },
    async orderBook(symbol, asOf) {
      await find(symbol);
      return source.orderBook(symbol, asOf);
    },
    async trades(symbol, asOf) {
      const { timeframe } = await find(symbol);
      const step = timeframeMs(timeframe);
      return source.trades(symbol, Math.floor(asOf / step) * step - step);
    },
  };
}
