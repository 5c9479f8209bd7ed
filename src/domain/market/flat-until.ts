import { emptySeries } from './build-series.ts';
import { FLAGS, type Series } from './series.ts';
import { timeframeMs } from './timeframe.ts';

/**
 * The bars that are missing between the end of `series`, which may not be empty, and `until` (epoch ms): flat at its
 * last close, with volume 0, and flagged (docs/simulation-rules.md rule 11). Only whole bars; often none.
 */
export function flatUntil(series: Series, until: number): Series {
  const step = timeframeMs(series.timeframe);
  const last = series.length - 1;
  const end = series.time[last]! + step;
  const flat = emptySeries(series.symbol, series.timeframe, Math.max(0, Math.floor((until - end) / step)));
  for (const column of ['open', 'high', 'low', 'close'] as const) flat[column].fill(series.close[last]!);
  for (let i = 0; i < flat.length; i += 1) flat.time[i] = end + i * step;
  flat.filled.fill(FLAGS.missing);
  return flat;
}
