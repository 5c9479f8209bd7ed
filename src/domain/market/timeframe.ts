import { AppError } from '../errors.ts';

/** A candle length: a whole number of minutes, hours, days or weeks, written as on an exchange (`5m`, `1h`, `1d`, `1w`). */
export type Timeframe = `${number}${'m' | 'h' | 'd' | 'w'}`;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;
const UNIT_MS = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS, w: WEEK_MS } as const;
const FORM = /^([1-9]\d{0,3})([mhdw])$/;
/** The epoch was a Thursday; the Monday after it begins the first whole week. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

export function isTimeframe(text: string): text is Timeframe {
  return FORM.test(text);
}

/** Length in milliseconds. @throws AppError `bad-timeframe` when `timeframe` is not of the form 5m, 1h, 1d, 1w. */
export function timeframeMs(timeframe: Timeframe): number {
  const match = FORM.exec(timeframe);
  if (!match) throw new AppError('bad-timeframe', `'${timeframe}' is not a timeframe: write it like 5m, 1h, 1d or 1w`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/**
 * The shortest form of a length: 3 600 000 ms is `1h`, not `60m`. @throws AppError `bad-timeframe` unless the length is
 * whole minutes.
 */
export function timeframeOf(ms: number): Timeframe {
  if (ms > 0 && ms % UNIT_MS.w === 0) return `${ms / UNIT_MS.w}w`;
  if (ms > 0 && ms % UNIT_MS.d === 0) return `${ms / UNIT_MS.d}d`;
  if (ms > 0 && ms % UNIT_MS.h === 0) return `${ms / UNIT_MS.h}h`;
  if (ms > 0 && ms % UNIT_MS.m === 0) return `${ms / UNIT_MS.m}m`;
  throw new AppError('bad-timeframe', `${ms} ms is not a timeframe: it must be whole minutes`);
}

/** Time from the epoch to the first bar of this length: weeks begin on Monday, all others at the epoch. */
export function timeframeAnchor(timeframe: Timeframe): number {
  return timeframeMs(timeframe) % WEEK_MS === 0 ? FIRST_MONDAY_MS : 0;
}

/** Whether bars of this length may begin at another time of the day or week, as their file has them. */
export const isFreelyAnchored = (timeframe: Timeframe): boolean => timeframeMs(timeframe) >= DAY_MS;
