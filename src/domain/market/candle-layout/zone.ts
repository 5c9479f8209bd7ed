import { AppError } from '../../errors.ts';

/** Offset from UTC of a zone, in ms, at a UTC time. */
export type OffsetAt = (utc: number) => number;

const HOUR_MS = 3_600_000;
const FIXED = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i;

/**
 * A zone by its IANA name (`Europe/Berlin`), `UTC`, or a fixed offset (`+02:00`).
 * @throws AppError `bad-input` for any other name
 */
export function offsetOfZone(name: string): OffsetAt {
  const fixed = FIXED.exec(name);
  if (fixed !== null) {
    const ms = (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000;
    return () => (fixed[1] === '-' ? -ms : ms);
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new AppError('bad-input', `--timezone: there is no zone of this name`, {
      advice: 'Write it like Europe/Berlin, America/New_York, UTC or +02:00',
    });
  }
  return cached((utc) => {
    const parts = new Map<string, number>();
    for (const { type, value } of format.formatToParts(utc)) parts.set(type, Number(value));
    const part = (name: string): number => parts.get(name) ?? 0;
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wall - Math.floor(utc / 1000) * 1000;
  });
}

/** Intl takes microseconds a call and zones change on quarter hours only, so an offset holds for its quarter hour. */
function cached(offsetAt: OffsetAt): OffsetAt {
  const QUARTER_MS = HOUR_MS / 4;
  const days = new Map<number, number | null>();
  const DAY_MS = 24 * HOUR_MS;
  return (utc) => {
    const day = Math.floor(utc / DAY_MS);
    let offset = days.get(day);
    if (offset === undefined) {
      const [start, end] = [offsetAt(day * DAY_MS), offsetAt((day + 1) * DAY_MS - 1)];
      offset = start === end ? start : null;
      days.set(day, offset);
    }
    return offset ?? offsetAt(Math.floor(utc / QUARTER_MS) * QUARTER_MS);
  };
}

/** The UTC times at which clocks of the zone show `wall`: none in the hour that is skipped, two in one that repeats. */
export function utcTimesOf(wall: number, offsetAt: OffsetAt): readonly number[] {
  const before = wall - offsetAt(wall - 15 * HOUR_MS);
  const after = wall - offsetAt(wall + 15 * HOUR_MS);
  const found = [before, after].filter((utc, i, all) => all.indexOf(utc) === i && utc + offsetAt(utc) === wall);
  return found.sort((a, b) => a - b);
}

/** Zones of most local files, one for each set of clock changes. */
export const COMMON_ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Europe/London',
  'Europe/Athens',
  'America/Chicago',
  'America/Los_Angeles',
  'Australia/Sydney',
  'Pacific/Auckland',
  'America/Santiago',
];

/** Common zones whose clocks skip or repeat the hour of `wall`. */
export function zonesChangingAt(wall: number): readonly string[] {
  return COMMON_ZONES.filter((zone) => utcTimesOf(wall, offsetOfZone(zone)).length !== 1);
}
