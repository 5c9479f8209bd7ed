import { AppError } from '../errors.ts';

/** A candle length: a whole number of minutes, hours or days, written as on an exchange (`5m`, `1h`, `1d`). */
export type Timeframe = `${number}${'m' | 'h' | 'd'}`;

const MINUTE_MS = 60_000;
const UNIT_MS = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS } as const;
const FORM = /^([1-9]\d{0,3})([mhd])$/;

export function isTimeframe(text: string): text is Timeframe {
  return FORM.test(text);
}

/** Length in milliseconds. @throws AppError `bad-timeframe` when `timeframe` is not of the form 5m, 1h, 1d. */
export function timeframeMs(timeframe: Timeframe): number {
  const match = FORM.exec(timeframe);
  if (!match) throw new AppError('bad-timeframe', `'${timeframe}' is not a timeframe: write it like 5m, 1h or 1d`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/**
 * The shortest form of a length: 3 600 000 ms is `1h`, not `60m`. @throws AppError `bad-timeframe` unless the length is
 * whole minutes.
 */
export function timeframeOf(ms: number): Timeframe {
  if (ms > 0 && ms % UNIT_MS.d === 0) return `${ms / UNIT_MS.d}d`;
  if (ms > 0 && ms % UNIT_MS.h === 0) return `${ms / UNIT_MS.h}h`;
  if (ms > 0 && ms % UNIT_MS.m === 0) return `${ms / UNIT_MS.m}m`;
  throw new AppError('bad-timeframe', `${ms} ms is not a timeframe: it must be whole minutes`);
}
