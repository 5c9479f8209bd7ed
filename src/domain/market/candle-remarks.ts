import { type CandleColumns } from './candle-columns.ts';
import { type CoverageReport } from './series.ts';

/** Shortest run of bars at one price that is worth a remark. */
const FLAT_BARS = 24;
/** A price this many times the usual move away from both neighbours is an outlier, but never below `LEAST_JUMP`. */
const USUAL_MOVES = 30;
const LEAST_JUMP = 0.1;

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/**
 * What a person should know of candles before trading on them: outliers, flat stretches, bars without volume, and a
 * coverage that other commands refuse. One sentence each.
 */
export function candleRemarks(
  columns: CandleColumns,
  { coverage }: Pick<CoverageReport, 'coverage'>,
  minimumCoverage: number,
): readonly string[] {
  return [
    coverage < minimumCoverage
      ? `coverage ${percent(coverage)} is below the minimum of ${percent(minimumCoverage)} (minimumCoverage in config/exchange.yaml): backtest, search and cycle refuse these candles without --minimum-coverage`
      : null,
    outliers(columns),
    flatStretches(columns),
    withoutVolume(columns),
  ].filter((remark) => remark !== null);
}

function outliers({ time, open, high, low, close, length }: CandleColumns): string | null {
  const moves = Float64Array.from({ length: Math.max(0, length - 1) }, (_, i) =>
    Math.abs(close[i + 1]! / close[i]! - 1),
  ).sort();
  const usual = moves[moves.length >> 1] ?? 0;
  const limit = Math.max(LEAST_JUMP, USUAL_MOVES * usual);
  const isFar = (price: number, reference: number): boolean =>
    price > reference * (1 + limit) || price < reference / (1 + limit);
  let count = 0;
  let first = -1;
  let price = 0;
  for (let i = 0; i < length; i += 1) {
    const before = i > 0 ? close[i - 1]! : open[i + 1];
    const after = i + 1 < length ? open[i + 1]! : close[i - 1];
    if (before === undefined || after === undefined) continue;
    // A market that jumps and stays is no outlier: only a price that both neighbours are far from.
    const far = [high[i]!, low[i]!, close[i]!].find((value) => isFar(value, before) && isFar(value, after));
    if (far === undefined) continue;
    count += 1;
    if (first === -1) [first, price] = [i, far];
  }
  if (count === 0) return null;
  const bars = count === 1 ? '1 bar is' : `${count} bars are`;
  return `${bars} far from their neighbours${count === 1 ? '' : ', the first'} at ${timeText(time[first]!)} with a price of ${price}`;
}

function flatStretches({ time, open, high, low, close, length }: CandleColumns): string | null {
  let stretches = 0;
  let [longest, longestAt] = [0, 0];
  for (let i = 0; i < length;) {
    let end = i;
    while (end < length && high[end] === low[end] && open[end] === close[i] && close[end] === close[i]) end += 1;
    if (end - i >= FLAT_BARS) {
      stretches += 1;
      if (end - i > longest) [longest, longestAt] = [end - i, i];
    }
    i = Math.max(end, i + 1);
  }
  if (stretches === 0) return null;
  const times = stretches === 1 ? 'does not move' : `does not move in ${stretches} stretches, the longest`;
  return `the price ${times} for ${longest} bars from ${timeText(time[longestAt]!)}`;
}

function withoutVolume({ volume, high, low, length }: CandleColumns): string | null {
  let zeros = 0;
  let unknown = 0;
  for (let i = 0; i < length; i += 1) {
    if (volume[i] === 0 && high[i] === low[i]) zeros += 1;
    else if (Number.isNaN(volume[i])) unknown += 1;
  }
  if (unknown > 0) return 'the volume is unknown: rules on volume cannot be used';
  return zeros === 0
    ? null
    : `${zeros} of ${length} bars have volume 0 and no range: nothing traded, as if they were missing`;
}
