import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** Copies a series into one SharedArrayBuffer, which any number of threads may read. */
export function shareSeries(series: Series): Series {
  const { length } = series;
  const memory = new SharedArrayBuffer(length * (COLUMNS.length * DOUBLE + 1));
  const columns = COLUMNS.map((name, i): [(typeof COLUMNS)[number], Float64Array] => {
    const column = new Float64Array(memory, i * length * DOUBLE, length);
    column.set(series[name]);
    return [name, column];
  });
  const filled = new Uint8Array(memory, COLUMNS.length * length * DOUBLE, length);
  filled.set(series.filled);
  const shared = Object.fromEntries(columns) as Pick<Series, (typeof COLUMNS)[number]>;
  return { symbol: series.symbol, timeframe: series.timeframe, length, ...shared, filled };
}

/** Views on consecutive columns of `bars` values each, starting at the beginning of `memory`. */
export function columnsIn(memory: SharedArrayBuffer, names: readonly string[], bars: number): IndicatorColumns {
  return Object.fromEntries(names.map((name, i) => [name, new Float64Array(memory, i * bars * DOUBLE, bars)]));
}

const CANDLES = ['time', 'close', 'high', 'low', 'volume'] as const satisfies readonly (keyof WorkerColumns)[];

/** Copies candles, in the form that the worker engine reads, into shared memory. */
export function shareCandles(candles: WorkerColumns): WorkerColumns {
  const { length } = candles.time;
  const memory = new SharedArrayBuffer(CANDLES.length * length * DOUBLE);
  const shared = columnsIn(memory, CANDLES, length) as Record<keyof WorkerColumns, Float64Array>;
  for (const name of CANDLES) shared[name].set(candles[name]);
  return shared;
}
