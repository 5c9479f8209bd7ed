import { type IndicatorColumns } from '../../domain/indicators/indicator.ts';
import { type Series } from '../../domain/market/series.ts';
import { type WorkerColumns } from '../../domain/worker-profile/columns.ts';

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

/** The same columns in shared memory. */
export function shareColumns(columns: IndicatorColumns): IndicatorColumns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const copy = new Float64Array(new SharedArrayBuffer(column.byteLength));
      copy.set(column);
      return [name, copy];
    }),
  );
}

/** Candles as the Python workers' kernel takes them, in shared memory. */
export function shareCandles({ time, close, high, low, volume }: WorkerColumns): WorkerColumns {
  return shareColumns({ time, close, high, low, volume }) as Record<keyof WorkerColumns, Float64Array>;
}
