import { AppError } from '../errors.ts';
import { COMMON_ZONES, offsetOfZone, utcTimesOf } from './candle-layout/zone.ts';
import { timeframeMs, timeframeOf, type Timeframe } from './timeframe.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Offsets of zones in hours, the usual ones first. */
const OFFSETS = [
  ...Array.from({ length: 27 }, (_, i) => (i % 2 === 0 ? -i / 2 : (i + 1) / 2)).filter((hours) => hours >= -12),
  ...[14, 5.5, 3.5, -3.5, 9.5, 6.5, 4.5, 5.75, 10.5, -2.5, -9.5, 8.75, 12.75, 13.75],
];
const NAMED_ZONES = 3;
/** Lengths that exchanges offer, in minutes. */
const OFFERED = [360, 240, 120, 60, 30, 15, 5, 1];
/** Candles that are off in fewer cases are faults of their own; more are a convention. */
const SINGLE_SHARE = 0.1;

/**
 * The refusal of candles that do not open on the grid of UTC, with what reads them.
 * @param off index of the first that is off
 * @param isLocal whether the times name no zone, so that they may be local
 */
export function offGridError(times: Float64Array, off: number, timeframe: Timeframe, isLocal: boolean): AppError {
  const step = timeframeMs(timeframe);
  const rest = times[off]! % step;
  const isOneOffset = times.every((time) => time % step === rest);
  const when = new Date(times[off]!).toISOString();
  const single = `the candle of ${when} does not open on a ${timeframe} boundary`;
  if (isOneOffset && step - rest <= 1000)
    return refusal(single, 'Give --time-is close: the times are the last moments of the candles');
  const zones = !isLocal ? [] : isOneOffset ? offsetsFor(rest, step) : zonesFor(times, step);
  const count = times.reduce((sum, time) => sum + (time % step === 0 ? 0 : 1), 0);
  const isSingle = !isOneOffset && zones.length === 0 && count <= Math.max(1, times.length * SINGLE_SHARE);
  const shorter = isSingle ? null : shorterOf(times, step);
  if (zones.length === 0 && shorter === null) return refusal(single, 'Remove it, or give the right --timeframe');
  const where = isOneOffset ? `${timeframeOf(rest)} after` : 'at several distances from';
  const local = `Give --timezone if the times are local: ${listOf(zones)} ${zones.length > 1 ? 'put' : 'puts'} them on the grid`;
  const made = `candles of ${shorter}, and give --timeframe ${timeframe} to the command that uses them`;
  const advice =
    zones.length === 0 ? `Export ${made}` : shorter === null ? local : `${local}; otherwise export ${made}`;
  return refusal(`the candles open ${where} the ${timeframe} grid of UTC (${when})`, advice);
}

const refusal = (problem: string, advice: string): AppError => new AppError('bad-candles', problem, { advice });

const listOf = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

/** Offsets from UTC that turn times `rest` after the grid into times on it. */
function offsetsFor(rest: number, step: number): readonly string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  return OFFSETS.filter((hours) => hours !== 0 && (hours * HOUR_MS - rest) % step === 0)
    .slice(0, NAMED_ZONES)
    .map((hours) => {
      const whole = Math.floor(Math.abs(hours));
      return `${hours < 0 ? '-' : '+'}${two(whole)}:${two((Math.abs(hours) - whole) * 60)}`;
    });
}

/** Zones with clock changes in which all times are on the grid. */
function zonesFor(times: Float64Array, step: number): readonly string[] {
  return COMMON_ZONES.filter((zone) => {
    const offsetAt = offsetOfZone(zone);
    return times.every((wall) => utcTimesOf(wall, offsetAt).some((utc) => utc % step === 0));
  }).slice(0, NAMED_ZONES);
}

/** The longest candles that exchanges offer of which the command that uses them can make these on the grid. */
function shorterOf(times: Float64Array, step: number): Timeframe | null {
  const minutes = OFFERED.find(
    (length) => length * MINUTE_MS < step && times.every((time) => time % (length * MINUTE_MS) === 0),
  );
  return minutes === undefined ? null : timeframeOf(minutes * MINUTE_MS);
}
