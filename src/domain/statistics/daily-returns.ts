import { type Timeframe, timeframeMs } from '../market/timeframe.ts';

export const DAY_MS = 24 * 60 * 60_000;

/** UTC day on which a bar closes, counted from the epoch. A bar that closes at midnight belongs to the day that ends. */
export function closingDay(openTime: number, timeframe: Timeframe): number {
  return Math.floor((openTime + timeframeMs(timeframe) - 1) / DAY_MS);
}

/**
 * Daily returns (UTC) of an equity curve marked at each bar's close, one per day from the first bar's `closingDay` on.
 * The first day's return is relative to `initial`. Days inside a bar longer than a day have return 0.
 * @param time open times of the bars, epoch ms; same length as `equity`.
 */
export function dailyReturns(
  time: Float64Array,
  equity: Float64Array,
  timeframe: Timeframe,
  initial: number,
): number[] {
  const dayOf = (bar: number): number => closingDay(time[bar]!, timeframe);
  const returns: number[] = [];
  let before = initial;
  for (let bar = 0; bar < equity.length; bar += 1) {
    const isLast = bar === equity.length - 1;
    const daysUntilNext = isLast ? 1 : dayOf(bar + 1) - dayOf(bar);
    if (daysUntilNext === 0) continue;
    const value = equity[bar]!;
    returns.push(before > 0 ? value / before - 1 : 0);
    for (let quiet = 1; quiet < daysUntilNext; quiet += 1) returns.push(0);
    before = value;
  }
  return returns;
}
