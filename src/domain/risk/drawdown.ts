import { percent, money } from './figures.ts';
import { type VerdictReason } from './verdict.ts';
import { type RiskLimits } from './limits.ts';
import { type RiskState } from './risk-state.ts';

/** Loss from `start` to `equity` as a fraction of `start`; 0 for a gain or when `start` is not above 0. */
export function drawdownFrom(start: number, equity: number): number {
  return start > 0 ? Math.max(0, (start - equity) / start) : 0;
}

/** A drawdown limit that was reached. */
export interface Breach extends VerdictReason {
  readonly code: 'daily-drawdown' | 'weekly-drawdown' | 'peak-drawdown';
}

/** The drawdown limits that `equity` reaches or exceeds, mildest first. */
export function drawdownBreaches(
  state: Pick<RiskState, 'dayStartEquity' | 'weekStartEquity' | 'peakEquity'>,
  equity: number,
  limits: RiskLimits,
): readonly Breach[] {
  const measures = [
    {
      code: 'daily-drawdown',
      since: 'the start of the day',
      start: state.dayStartEquity,
      limit: limits.maxDailyDrawdown,
    },
    {
      code: 'weekly-drawdown',
      since: 'the start of the week',
      start: state.weekStartEquity,
      limit: limits.maxWeeklyDrawdown,
    },
    { code: 'peak-drawdown', since: 'the peak', start: state.peakEquity, limit: limits.maxPeakDrawdown },
  ] as const;
  return measures
    .filter(({ start, limit }) => drawdownFrom(start, equity) >= limit)
    .map(({ code, since, start, limit }) => ({
      code,
      text: `equity ${money(equity)} is ${percent(drawdownFrom(start, equity))} below ${money(start)} at ${since}: the limit is ${percent(limit)}`,
    }));
}
