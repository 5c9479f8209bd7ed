import { AppError } from '../errors.ts';
import { timeframeMs, timeframeOf, type Timeframe } from './timeframe.ts';

/**
 * The most common step between the candles; the shorter one on a tie.
 * @param times of their opens, epoch ms.
 * @throws AppError `bad-candles` when there are fewer than two candles, the step is not whole minutes, or a candle is off its grid.
 */
export function inferTimeframe(times: Float64Array): Timeframe {
  if (times.length < 2)
    throw new AppError('bad-candles', 'cannot tell the timeframe of fewer than two candles: name it');
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i += 1) {
    const step = times[i]! - times[i - 1]!;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [step] = [...counts].reduce((best, entry) =>
    entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0]) ? entry : best,
  );
  const timeframe = timeframeOf(step);
  requireOnGrid(times, timeframe);
  return timeframe;
}

/** @throws AppError `bad-candles` naming the first candle whose time is not a whole number of timeframes after the epoch. */
export function requireOnGrid(times: Float64Array, timeframe: Timeframe): void {
  const step = timeframeMs(timeframe);
  for (let i = 0; i < times.length; i += 1) {
    if (times[i]! % step === 0) continue;
    const when = new Date(times[i]!).toISOString();
    throw new AppError(
      'bad-candles',
      `the candle of ${when} does not open on a ${timeframe} boundary: name the right timeframe`,
    );
  }
}
