import { type Series } from '../market/series.ts';
import { correlation } from '../statistics/correlation.ts';

const DAY_MS = 86_400_000;
/** With fewer common days a correlation says nothing. */
const MIN_DAYS = 30;

/** Return of each UTC day from the last closes, by the number of the day since 1970. */
export type DailyReturns = ReadonlyMap<number, number>;

export function dailyReturnsOf({ time, close, length }: Pick<Series, 'time' | 'close' | 'length'>): DailyReturns {
  const closes = new Map<number, number>();
  for (let bar = 0; bar < length; bar += 1) closes.set(Math.floor(time[bar]! / DAY_MS), close[bar]!);
  const returns = new Map<number, number>();
  for (const [day, last] of closes) {
    const before = closes.get(day - 1);
    if (before !== undefined && before > 0) returns.set(day, last / before - 1);
  }
  return returns;
}

/** Correlation over the days that both have; null when it is not known. */
export function dailyCorrelation(a: DailyReturns, b: DailyReturns): number | null {
  const days = [...a.keys()].filter((day) => b.has(day));
  if (days.length < MIN_DAYS) return null;
  return correlation(
    days.map((day) => a.get(day)!),
    days.map((day) => b.get(day)!),
  );
}
