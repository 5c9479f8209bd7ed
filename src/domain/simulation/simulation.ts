import { AppError } from '../errors.ts';
import { type Regime } from '../analysis/analysis.ts';
import { type Candle } from '../market/candle.ts';
import { emptyColumns, type CandleColumns } from '../market/candle-columns.ts';
import { type Market, type MarketTrade, type OrderBook } from '../market/market.ts';
import { createRng } from '../random/rng.ts';
import { bookAround } from './book.ts';
import { DEFAULT_MARKETS, type SimulatedMarket } from './definitions.ts';
import { BAR_MS, type Chunk, CHUNK_BARS, generateChunk, generateFactor } from './path.ts';
import { printsOf } from './prints.ts';
import { createWalk } from './walk.ts';

/**
 * Cached chunks (days) per market: a year of eight markets is about 35 MB. Older ones are generated again from their
 * start state.
 */
const CACHED_CHUNKS = 400;
/** Cached chunks of the common factor, 14 kB each: a market that is read as a whole leaves them to the next one. */
const CACHED_FACTORS = 400;
/** Number of closed bars that a book is derived from. */
const BOOK_LOOKBACK = 12;
const CHUNK_COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

export interface SimulationOptions {
  readonly seed: number | string;
  /** Open time of bar 0, epoch ms; a multiple of five minutes. */
  readonly startTime: number;
  /** @default DEFAULT_MARKETS */
  readonly markets?: readonly SimulatedMarket[];
  /** Chunks (days) kept in memory per market; use fewer when each day is read once. @default 400 */
  readonly cachedChunks?: number;
}

/**
 * A simulated market. Everything is a function of seed, start time and list of markets: processes that share these see
 * the same candles, books and trades without communication. Bars are five minutes long, have no gaps, and are counted
 * from 0 at the start time.
 */
export interface MarketSimulation {
  readonly markets: readonly Market[];
  readonly barMs: number;
  /** @throws AppError `unknown-market`, or `internal` for a negative index. */
  candles(symbol: string, fromIndex: number, count: number): CandleColumns;
  /** The regime that produced a bar. For tests and diagnostics; analysts must not use it. */
  regime(symbol: string, index: number): Regime;
  /** Trades of the bar that opens at `candleTime`. @throws AppError `unknown-market`, or `internal` before the start. */
  trades(symbol: string, candleTime: number): readonly MarketTrade[];
  /**
   * The book at any time from the start on. It depends only on bars closed and trades made by then. @throws as
   * `trades`.
   */
  orderBook(symbol: string, time: number): OrderBook;
}

export function createSimulation(options: SimulationOptions): MarketSimulation {
  const { seed, startTime, markets: definitions = DEFAULT_MARKETS, cachedChunks = CACHED_CHUNKS } = options;
  if (!Number.isSafeInteger(startTime) || startTime < 0 || startTime % BAR_MS !== 0) {
    throw new AppError('internal', `startTime ${startTime} is not a whole multiple of five minutes since 1970`);
  }
  const slots = new Map(definitions.map((definition, slot) => [definition.market.symbol, slot]));
  const factorAt = createWalk((index, start) => generateFactor(seed, index, start), CACHED_FACTORS);
  const walks = definitions.map((definition) =>
    createWalk((index, start) => generateChunk(definition, seed, index, start, factorAt(index)), cachedChunks),
  );
  const chunkAt = (slot: number, index: number): Chunk => walks[slot]!(index).chunk;

  const slotOf = (symbol: string): number => {
    const slot = slots.get(symbol);
    if (slot === undefined) {
      throw new AppError(
        'unknown-market',
        `the simulation has no market '${symbol}': it has ${[...slots.keys()].join(', ')}`,
      );
    }
    return slot;
  };
  /** Index of the bar that contains `time`. @throws AppError `internal` before the start. */
  const indexAt = (time: number): number => {
    const index = Math.floor((time - startTime) / BAR_MS);
    if (!(index >= 0)) throw new AppError('internal', `${time} is before the simulation's start at ${startTime}`);
    return index;
  };
  const candle = (slot: number, index: number): Candle => {
    const chunk = chunkAt(slot, Math.floor(index / CHUNK_BARS));
    const bar = index % CHUNK_BARS;
    return {
      time: startTime + index * BAR_MS,
      open: chunk.open[bar]!,
      high: chunk.high[bar]!,
      low: chunk.low[bar]!,
      close: chunk.close[bar]!,
      volume: chunk.volume[bar]!,
    };
  };
  const candles = (symbol: string, fromIndex: number, count: number): CandleColumns => {
    if (!Number.isSafeInteger(fromIndex) || fromIndex < 0)
      throw new AppError('internal', `there is no bar ${fromIndex}`);
    const slot = slotOf(symbol);
    const columns = emptyColumns(count);
    for (let at = 0; at < count;) {
      const index = fromIndex + at;
      const first = index % CHUNK_BARS;
      const length = Math.min(count - at, CHUNK_BARS - first);
      const chunk = chunkAt(slot, Math.floor(index / CHUNK_BARS));
      for (const name of CHUNK_COLUMNS) columns[name].set(chunk[name].subarray(first, first + length), at);
      for (let i = 0; i < length; i += 1) columns.time[at + i] = startTime + (index + i) * BAR_MS;
      at += length;
    }
    return columns;
  };
  const trades = (symbol: string, candleTime: number): readonly MarketTrade[] => {
    const slot = slotOf(symbol);
    const bar = candle(slot, indexAt(candleTime));
    return printsOf(bar, BAR_MS, definitions[slot]!.market, createRng(`${seed}/prints/${symbol}/${bar.time}`));
  };

  return {
    markets: definitions.map(({ market }) => market),
    barMs: BAR_MS,
    candles,
    regime: (symbol, index) => chunkAt(slotOf(symbol), Math.floor(index / CHUNK_BARS)).regime[index % CHUNK_BARS]!,
    trades,
    orderBook(symbol, time) {
      const slot = slotOf(symbol);
      const index = indexAt(time);
      const from = Math.max(0, index - BOOK_LOOKBACK);
      const closed = Array.from({ length: index - from }, (_, i) => candle(slot, from + i));
      const mean = (of: (bar: Candle) => number, otherwise: number): number =>
        closed.length === 0 ? otherwise : closed.reduce((sum, bar) => sum + of(bar), 0) / closed.length;
      const { market, dailyTurnover } = definitions[slot]!;
      const bar = candle(slot, index);
      const price = trades(symbol, bar.time).findLast((print) => print.time <= time)?.price ?? bar.open;
      return bookAround(
        time,
        price,
        mean((b) => (b.high - b.low) / b.open, 0),
        mean((b) => b.volume, dailyTurnover / CHUNK_BARS / price),
        market,
        createRng(`${seed}/book/${symbol}/${time}`),
      );
    },
  };
}
