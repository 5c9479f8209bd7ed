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
  const returns: number[] = [];
  const bars = equity.length;
  if (bars === 0) return returns;
  const step = timeframeMs(timeframe);
  let before = initial;
  let day = Math.floor((time[0]! + step - 1) / DAY_MS);
  for (let bar = 0; bar < bars; bar += 1) {
    // Opening up to here, a bar closes by the end of the day.
    const lastOpen = (day + 1) * DAY_MS - step;
    while (bar + 1 < bars && time[bar + 1]! <= lastOpen) bar += 1;
    const value = equity[bar]!;
    returns.push(before > 0 ? value / before - 1 : 0);
    before = value;
    if (bar + 1 === bars) break;
    const next = Math.floor((time[bar + 1]! + step - 1) / DAY_MS);
    for (let quiet = day + 1; quiet < next; quiet += 1) returns.push(0);
    day = next;
  }
  return returns;
}
