import { type TimeReading } from './row-reader.ts';
import { layoutDoubt } from './layout-doubt.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Lengths of candles that exchanges publish, in minutes. */
const USUAL_MINUTES = new Set([
  1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320, 10_080,
]);
export const isUsualStep = (ms: number): boolean => USUAL_MINUTES.has(ms / MINUTE_MS);
/** An irregular reading counts this much of a regular one. */
const IRREGULAR = 0.3;
/** How much more regular a reading must be to be the right one. */
const CLEARLY = 1.5;

/**
 * The reading of day and month in which the steps are regular.
 * @throws AppError `bad-candles` naming --date-order when two are equally good
 */
export function chooseReading(readings: readonly TimeReading[]): TimeReading {
  const [first, ...others] = readings;
  const distinct = [first!, ...others.filter(({ times }) => times.some((time, i) => time !== first!.times[i]))];
  if (distinct.length === 1) return first!;
  const ranked = distinct
    .map((reading) => ({ reading, ...regularity(reading.times) }))
    .sort((a, b) => a.disorder - b.disorder || b.score - a.score);
  const [best, next] = [ranked[0]!, ranked[1]!];
  const isClear =
    best.disorder * 2 < next.disorder || (best.disorder === next.disorder && best.score >= next.score * CLEARLY);
  if (isClear) return best.reading;
  const usual = readings.filter(({ style }) => !('isRare' in style && style.isRare === true));
  if (usual.length > 0 && usual.length < readings.length) return chooseReading(usual);
  const orders = ranked.map(({ reading }) => ('order' in reading.style ? reading.style.order : ''));
  throw layoutDoubt(
    'day and month cannot be told apart',
    `Give ${orders.map((order) => `--date-order ${order}`).join(' or ')}`,
  );
}

/** `disorder`: steps against the direction of time. `score`: 1 for equal steps without holes. */
function regularity(times: Float64Array): { readonly disorder: number; readonly score: number } {
  const forward = times.length < 2 || times.at(-1)! >= times[0]!;
  const counts = new Map<number, number>();
  let disorder = 0;
  for (let i = 1; i < times.length; i += 1) {
    const step = forward ? times[i]! - times[i - 1]! : times[i - 1]! - times[i]!;
    if (step <= 0) disorder += 1;
    else counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  if (times.every((time) => time % DAY_MS === 0 && new Date(time).getUTCDate() === 1)) return { disorder, score: 1 };
  const [common, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0] as const);
  if (common === 0) return { disorder, score: 0 };
  const isRegular = [...counts.keys()].every((step) => step % common === 0) && isUsualStep(common);
  const coverage = times.length / (Math.abs(times.at(-1)! - times[0]!) / common + 1);
  return { disorder, score: (isRegular ? 1 : IRREGULAR) * (count / Math.max(1, times.length - 1)) * coverage };
}
