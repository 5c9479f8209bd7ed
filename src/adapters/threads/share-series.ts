import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type WorkerColumns } from '../../domain/python-worker/engine/columns.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** A copy of a series in one SharedArrayBuffer, to be read by any number of threads. */
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

/** Columns of so many bars that lie in `memory`, one behind the other from its beginning. */
export function columnsIn(memory: SharedArrayBuffer, names: readonly string[], bars: number): IndicatorColumns {
  return Object.fromEntries(names.map((name, i) => [name, new Float64Array(memory, i * bars * DOUBLE, bars)]));
}

const CANDLES = ['time', 'close', 'high', 'low', 'volume'] as const satisfies readonly (keyof WorkerColumns)[];

/** Candles as the Python workers' kernel takes them, in shared memory. */
export function shareCandles(candles: WorkerColumns): WorkerColumns {
  const { length } = candles.time;
  const memory = new SharedArrayBuffer(CANDLES.length * length * DOUBLE);
  const shared = columnsIn(memory, CANDLES, length) as Record<keyof WorkerColumns, Float64Array>;
  for (const name of CANDLES) shared[name].set(candles[name]);
  return shared;
}
