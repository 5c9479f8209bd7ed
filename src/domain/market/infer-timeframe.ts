import { type Candle } from './candle.ts';
import { timeframeMs, timeframeOf, type Timeframe } from './timeframe.ts';

/**
 * The most common step between the candles; the shorter one on a tie.
 * @throws RangeError when there are fewer than two candles, the step is not whole minutes, or a candle is off its grid.
 */
export function inferTimeframe(candles: readonly Pick<Candle, 'time'>[]): Timeframe {
  if (candles.length < 2) throw new RangeError('cannot tell the timeframe of fewer than two candles: name it');
  const counts = new Map<number, number>();
  for (let i = 1; i < candles.length; i += 1) {
    const step = candles[i]!.time - candles[i - 1]!.time;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [step] = [...counts].reduce((best, entry) =>
    entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0]) ? entry : best,
  );
  const timeframe = timeframeOf(step);
  requireOnGrid(candles, timeframe);
  return timeframe;
}

/** @throws RangeError naming the first candle whose time is not a whole number of timeframes after the epoch. */
export function requireOnGrid(candles: readonly Pick<Candle, 'time'>[], timeframe: Timeframe): void {
  const step = timeframeMs(timeframe);
  const stray = candles.find((candle) => candle.time % step !== 0);
  if (stray) {
    const when = new Date(stray.time).toISOString();
    throw new RangeError(`the candle of ${when} does not open on a ${timeframe} boundary: name the right timeframe`);
  }
}
