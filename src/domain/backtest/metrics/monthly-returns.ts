import { closingDay, dailyReturns } from '../../statistics/daily-returns.ts';
import { type Timeframe } from '../../market/timeframe.ts';

/** Return of a calendar month, as a fraction. */
export interface MonthlyReturn {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** UTC days of the month covered by the curve; fewer than the month has in the first and last month. */
  readonly days: number;
  readonly return: number;
}

export interface YearlyReturn {
  readonly year: number;
  readonly return: number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Returns per calendar month (UTC), compounded from daily returns. All months together compound to the total return.
 * @param time open times of the bars, epoch ms; same length as `equity`, which is marked at their closes.
 * @param initial equity before the first month.
 */
export function monthlyReturns(
  time: Float64Array,
  equity: Float64Array,
  timeframe: Timeframe,
  initial: number,
): MonthlyReturn[] {
  if (equity.length === 0) return [];
  const firstDay = closingDay(time[0]!, timeframe);
  const months: MonthlyReturn[] = [];
  dailyReturns(time, equity, timeframe, initial).forEach((value, i) => {
    const date = new Date((firstDay + i) * DAY_MS);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    const last = months.at(-1);
    if (last === undefined || last.year !== year || last.month !== month) {
      months.push({ year, month, days: 1, return: value });
    } else {
      months[months.length - 1] = { ...last, days: last.days + 1, return: (1 + last.return) * (1 + value) - 1 };
    }
  });
  return months;
}

/** Compounds months to years. @param months in order of time. */
export function yearlyReturns(months: readonly MonthlyReturn[]): YearlyReturn[] {
  const years = new Map<number, number>();
  for (const month of months) years.set(month.year, (years.get(month.year) ?? 1) * (1 + month.return));
  return [...years].map(([year, growth]) => ({ year, return: growth - 1 }));
}
