import { FLAGS, type Series } from '../../domain/market/series.ts';

/** Maximum number of points. A longer series is drawn as candles of several bars, to keep file and page small. */
export const MAX_POINTS = 100_000;

/** Columns of a chart; one value per point. */
export interface ChartPoints {
  readonly barsPerPoint: number;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly equity: Float64Array;
  readonly equityLow: Float64Array;
  readonly equityHigh: Float64Array;
  readonly drawdown: Float64Array;
}

/** Reduces a series to points. Extremes are kept: no high, low or drawdown is lost. */
export function chartPoints(
  { open, high, low, close, length }: Series,
  equity: Float64Array,
  drawdown: Float64Array,
): ChartPoints {
  const barsPerPoint = Math.max(1, Math.ceil(length / MAX_POINTS));
  if (barsPerPoint === 1) {
    return { barsPerPoint, open, high, low, close, equity, equityLow: equity, equityHigh: equity, drawdown };
  }
  const points = Math.ceil(length / barsPerPoint);
  const reduced = (column: Float64Array, of: (bars: Float64Array) => number): Float64Array =>
    Float64Array.from({ length: points }, (_, i) => of(column.subarray(i * barsPerPoint, (i + 1) * barsPerPoint)));
  return {
    barsPerPoint,
    open: reduced(open, (bars) => bars[0]!),
    high: reduced(high, (bars) => Math.max(...bars)),
    low: reduced(low, (bars) => Math.min(...bars)),
    close: reduced(close, (bars) => bars.at(-1)!),
    equity: reduced(equity, (bars) => bars.at(-1)!),
    equityLow: reduced(equity, (bars) => Math.min(...bars)),
    equityHigh: reduced(equity, (bars) => Math.max(...bars)),
    drawdown: reduced(drawdown, (bars) => Math.max(...bars)),
  };
}

/** Runs of points with at least one filled bar: first point and number of points. */
export function missingRuns(filled: Uint8Array, barsPerPoint: number): (readonly [first: number, points: number])[] {
  const runs: [number, number][] = [];
  for (let bar = 0; bar < filled.length; bar += 1) {
    if (filled[bar] === FLAGS.real) continue;
    const point = Math.floor(bar / barsPerPoint);
    const last = runs.at(-1);
    const end = last === undefined ? -1 : last[0] + last[1];
    if (last === undefined || point > end) runs.push([point, 1]);
    else if (point === end) last[1] += 1;
  }
  return runs;
}
