import { buildSeries } from '../../domain/market/build-series.ts';
import { type Candle } from '../../domain/market/candle.ts';
import { coverageOf, requireCoverage } from '../../domain/market/coverage.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Series } from '../../domain/market/series.ts';
import { seriesUntil, sliceSeries } from '../../domain/market/slice-series.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleSource, type SourcedMarket } from '../../ports/candle-source.ts';
import { AppError } from '../../domain/errors.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type FeedStore } from '../../ports/stores.ts';
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

/** Candles per read. As objects they need ten times the memory of the series, so years are not read at once. */
const WINDOW_BARS = 16_384;

/** Upper limit of bars allocated in advance: eight years of one-minute candles. */
const MAX_EXPECTED_BARS = 2 ** 22;

/** Open time of the bar after the last one, epoch ms. */
const endOf = (series: Series): number => series.time[series.length - 1]! + timeframeMs(series.timeframe);

const barAt = (series: Series, time: number): number => (time - series.time[0]!) / timeframeMs(series.timeframe);

function lastCandle({ length, time, open, high, low, close, volume }: Series): Candle {
  const i = length - 1;
  return { time: time[i]!, open: open[i]!, high: high[i]!, low: low[i]!, close: close[i]!, volume: volume[i]! };
}

/** Market data from any candle source, loaded once and extended as market time advances. */
export function createMarketData({ source, name, feed, minimumCoverage }: MarketDataDeps): MarketData {
  const loaded = new Map<string, Loaded>();
  // One load per market at a time: concurrent jobs must not load a market twice.
  const loading = new Map<string, Promise<Loaded>>();
  let known: readonly SourcedMarket[] | null = null;

  // One window at a time over all markets: its candle objects become short-lived garbage before the next read.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (read: () => Promise<void>): Promise<void> => {
    const reading = turn.then(read);
    turn = reading.catch(() => undefined);
    return reading;
  };

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

  /** Appends the bars closed in [from, until) to the series `before`, or starts a new one. */
  const append = async (
    before: GrowingSeries | null,
    { symbol, timeframe, from, until }: { symbol: string; timeframe: Timeframe; from: number; until: number },
  ): Promise<GrowingSeries | null> => {
    let base = before;
    const window = WINDOW_BARS * timeframeMs(timeframe);
    const read = async (start: number): Promise<void> => {
      const fresh = await source.candles(symbol, start, Math.min(until, start + window));
      if (fresh.length === 0) return;
      if (base === null) {
        const expected = Math.min((until - fresh[0]!.time) / timeframeMs(timeframe), MAX_EXPECTED_BARS);
        base = createGrowingSeries(buildSeries(symbol, timeframe, fresh), expected);
        return;
      }
      // Built together with the previous bar, so that a gap between them is filled like any other.
      const joined = buildSeries(symbol, timeframe, [lastCandle(base.series), ...fresh]);
      base.append(sliceSeries(joined, 1, joined.length));
    };
    for (let start = from; start < until; start += window) await inTurn(() => read(start));
    return base;
  };

  const extend = async (symbol: string, until: number): Promise<Loaded> => {
    const before = loaded.get(symbol);
    if (before && before.until >= until) return before;
    const { timeframe, first } = await find(symbol);
    const from = before ? endOf(before.base.series) : first;
    const base = await append(before?.base ?? null, { symbol, timeframe, from, until });
    if (base === null)
      throw new AppError('no-candles', `there is no candle of ${symbol} before ${new Date(until).toISOString()}`, {
        advice: 'Import some with corp data import',
      });
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

  return {
    async now() {
      const state = await feed.get(name);
      if (!state)
        throw new AppError('no-feed', `no feed has announced a market time for ${name}`, {
          retryable: true,
          advice: 'Start one with corp start, or run corp cycle',
        });
      return state.now;
    },
    async markets() {
      return (await sourced()).map(({ market }) => market);
    },
    async market(symbol) {
      return (await find(symbol)).market;
    },
    async series({ symbol, timeframe, asOf, bars }) {
      const whole = inTimeframe(symbol, await load(symbol, asOf), timeframe);
      const visible = seriesUntil(whole, asOf);
      if (visible.length === 0)
        throw new AppError(
          'no-candles',
          `no candle of ${symbol} ${timeframe} had closed at ${new Date(asOf).toISOString()}`,
        );
      requireCoverage(visible, minimumCoverage);
      return bars === undefined || bars >= visible.length
        ? visible
        : sliceSeries(visible, visible.length - bars, visible.length);
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
