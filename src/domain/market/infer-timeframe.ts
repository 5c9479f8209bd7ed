import { AppError } from '../errors.ts';
import { timeframeMs, timeframeOf, type Timeframe } from './timeframe.ts';

/**
 * Infers the timeframe: the most common step between candles, the shorter one on a tie.
 * @param times open times, epoch ms.
 * @throws AppError `bad-candles` for fewer than two candles or a candle off the grid, `bad-timeframe` for a step that
 * is not whole minutes.
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

/**
 * Checks that every time is a whole number of timeframes after the epoch. @throws AppError `bad-candles` that names the
 * first candle off the grid.
 */
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
