import { type LooseValue } from './loose-row.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
/** The Julian day of 1970-01-01T00:00Z. */
const JULIAN_EPOCH = 2_440_587.5;

/** Ranges of years 1973 to 2286 in each unit; they do not overlap. */
const UNITS: readonly {
  readonly from: number;
  readonly to: number;
  readonly toMs: (value: number) => number;
}[] = [
  { from: 2_441_683, to: 2_556_000, toMs: (days) => (days - JULIAN_EPOCH) * DAY_MS },
  { from: 1e8, to: 1e10, toMs: (seconds) => seconds * SECOND_MS },
  { from: 1e11, to: 1e13, toMs: (ms) => ms },
];

/** Without an offset SQLite means UTC. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** Epoch ms of a time as epoch seconds, epoch ms, Julian days or ISO text; null for anything else. */
export function looseTime(value: LooseValue | undefined): number | null {
  if (typeof value === 'string') {
    const text = value.trim();
    if (text !== '' && !Number.isNaN(Number(text))) return looseTime(Number(text));
    const [, date, time = '00:00', offset = 'Z'] = ISO.exec(text) ?? [];
    if (date === undefined) return null;
    const ms = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
    return Number.isNaN(ms) ? null : ms;
  }
  if (typeof value !== 'number') return null;
  const unit = UNITS.find(({ from, to }) => value >= from && value < to);
  return unit ? Math.round(unit.toMs(value)) : null;
}
