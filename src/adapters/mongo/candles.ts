import { AppError } from '../../domain/errors.ts';
import {
  emptyColumns,
  indexAtOrAfter,
  joinColumns,
  sliceColumns,
  type CandleColumns,
} from '../../domain/market/candle-columns.ts';
import { byMonth, inOrder, mergeColumns, monthOf } from '../../domain/market/merge-columns.ts';
import { type Market } from '../../domain/market/market.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type CandleStore } from '../../ports/stores.ts';
import { packCandles, samePacked, unpackCandles, type PackedColumns } from './candle-chunk.ts';
import { type Database } from './database.ts';
import { bytes, number, plain, text } from './fields.ts';
import { keyOf } from './row-codec.ts';
import { createSerial } from '../../ports/serial.ts';
import { saveVersion } from './versioned.ts';

interface MarketRow {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly market: Market;
}

/**
 * Candles of one calendar month (UTC). `first` and `last` are open times, so that a range reads only matching chunks.
 */
interface Chunk extends PackedColumns {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly month: number;
  readonly version: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}
type ChunkOf = Pick<Chunk, 'source' | 'symbol' | 'timeframe' | 'month'>;

const chunkKey = ({ source, symbol, timeframe, month }: ChunkOf): string =>
  keyOf(source, symbol, timeframe, new Date(month).toISOString().slice(0, 7));

export function createCandleStore(database: Database): CandleStore {
  const markets = database.table<MarketRow>({
    collection: 'markets',
    key: ({ source, symbol, timeframe }) => keyOf(source, symbol, timeframe),
    fields: { source: text, symbol: text, timeframe: text, market: plain() },
    indexes: [{ source: 1 }],
  });
  const chunks = database.table<Chunk>({
    collection: 'candles',
    key: chunkKey,
    fields: {
      source: text,
      symbol: text,
      timeframe: text,
      month: number,
      version: number,
      count: number,
      first: number,
      last: number,
      time: bytes,
      open: bytes,
      high: bytes,
      low: bytes,
      close: bytes,
      volume: bytes,
    },
    indexes: [{ source: 1, symbol: 1, timeframe: 1, first: 1 }],
  });
  const inTurn = createSerial();

  /** Each month of the candles, one after the other for each chunk. @throws AppError `bad-candles` for a time that is no date */
  async function eachMonth(
    of: Omit<ChunkOf, 'month'>,
    candles: CandleColumns,
    change: (of: ChunkOf, part: CandleColumns) => Promise<void>,
  ): Promise<readonly number[]> {
    const wrong = candles.time.find((time) => !Number.isSafeInteger(time) || !Number.isFinite(monthOf(time)));
    if (wrong !== undefined) throw new AppError('bad-candles', `a candle's time is ${wrong}: not a date`);
    const months = byMonth(inOrder(candles));
    for (const { month, part } of months)
      await inTurn(chunkKey({ ...of, month }), () => change({ ...of, month }, part));
    return months.map(({ month }) => month);
  }

  /** Reads, merges and writes by compare-and-set, and retries after a conflict. Writes nothing when nothing changed. */
  const changing =
    (next: (stored: CandleColumns, added: CandleColumns) => CandleColumns) =>
    async (of: ChunkOf, added: CandleColumns): Promise<void> => {
      const key = chunkKey(of);
      for (;;) {
        const stored = await chunks.get(key);
        const merged = next(stored ? unpackCandles(stored) : emptyColumns(0), added);
        const columns = packCandles(merged);
        if (stored && samePacked(stored, columns)) return;
        const version = stored?.version ?? 0;
        const bounds = { count: merged.length, first: merged.time[0]!, last: merged.time[merged.length - 1]! };
        if (await saveVersion(chunks, { ...of, ...columns, ...bounds, version }, version)) return;
      }
    };
  const merge = changing(mergeColumns);
  const overwrite = changing((_, added) => added);

  return {
    saveMarket: (source, market, timeframe) => markets.replace([{ source, symbol: market.symbol, timeframe, market }]),

    async markets(source) {
      const found = await markets.find({ source }, { symbol: 1, timeframe: 1 });
      return found.map(({ market, timeframe }) => ({ market, timeframe }));
    },

    async put(source, symbol, timeframe, candles) {
      await eachMonth({ source, symbol, timeframe }, candles, merge);
    },

    async replace(source, symbol, timeframe, candles) {
      const months = await eachMonth({ source, symbol, timeframe }, candles, overwrite);
      await chunks.remove({ source, symbol, timeframe, month: { $nin: months } });
    },

    async range(source, symbol, timeframe, from, to) {
      const touched = { source, symbol, timeframe, first: { $lt: to }, last: { $gte: from } };
      const found = (await chunks.find(touched, { first: 1 })).map(unpackCandles);
      const all = found.length === 0 ? emptyColumns(0) : joinColumns(found);
      return sliceColumns(all, indexAtOrAfter(all, from), indexAtOrAfter(all, to));
    },

    async bounds(source, symbol, timeframe) {
      const found = await chunks.pick({ source, symbol, timeframe }, { first: 1 }, ['first', 'last', 'count']);
      const count = found.reduce((sum, chunk) => sum + chunk.count, 0);
      return found.length === 0 ? null : { first: found[0]!.first, last: found.at(-1)!.last, count };
    },
  };
}
