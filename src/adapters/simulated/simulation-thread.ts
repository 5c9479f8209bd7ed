import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { CANDLE_COLUMNS, emptyColumns, type CandleColumns } from '../../domain/market/candle-columns.ts';
import { type MarketTrade, type OrderBook } from '../../domain/market/market.ts';
import { createSimulation, type SimulationOptions } from '../../domain/simulation/simulation.ts';

/* Runs in a thread: one simulation, made from the thread's options, that keeps its walk from request to request. */

const options = workerData as SimulationOptions;
const simulation = createSimulation(options);

/** Closed bars that open in [from, to), epoch ms. The memory of the columns moves to the caller. */
export function candles({ symbol, from, to }: { symbol: string; from: number; to: number }): CandleColumns {
  const { barMs } = simulation;
  const first = Math.max(0, Math.ceil((from - options.startTime) / barMs));
  const closed = Math.floor((to - options.startTime) / barMs);
  const columns = closed > first ? simulation.candles(symbol, first, closed - first) : emptyColumns(0);
  return moved(columns);
}

export const orderBook = ({ symbol, time }: { symbol: string; time: number }): OrderBook =>
  simulation.orderBook(symbol, time);

export const trades = ({ symbol, candleTime }: { symbol: string; candleTime: number }): readonly MarketTrade[] =>
  simulation.trades(symbol, candleTime);

/** Hands the memory of the columns over instead of copying it. */
function moved(columns: CandleColumns): CandleColumns {
  const buffers = CANDLE_COLUMNS.map((name) => columns[name].buffer);
  return move({ [transferableSymbol]: buffers, [valueSymbol]: columns }) as unknown as CandleColumns;
}
