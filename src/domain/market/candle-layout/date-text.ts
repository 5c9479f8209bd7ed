import { MAX_CELL } from './number-style.ts';

/** Order of day, month and year in dates written with digits only. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';
export const DATE_ORDERS: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];

/** A wall-clock time in ms as if it were UTC, and the offset from UTC in minutes that was written beside it. */
export interface WallTime {
  readonly wall: number;
  readonly offset: number | null;
}

const DAY_MS = 86_400_000;
/** First letters of month names: English, German, French, Spanish, Italian, Portuguese. */
const MONTHS: readonly RegExp[] = [
  /^(?:jan|jän|ene|gen)/,
  /^(?:feb|fév|fev|fevr)/,
  /^(?:mar|mär|mrz)/,
  /^(?:apr|avr|abr)/,
  /^(?:may|mai|mag)/,
  /^(?:jun|juin|giu)/,
  /^(?:jul|juil|lug)/,
  /^(?:aug|aoû|aou|ago)/,
  /^(?:sep|set)/,
  /^(?:oct|okt|ott|out)/,
  /^(?:nov)/,
  /^(?:dec|dez|déc|dic)/,
];
/** Abbreviations with one meaning. */
const ZONES: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  est: -300,
  edt: -240,
  pst: -480,
  pdt: -420,
  cet: 60,
  cest: 120,
  jst: 540,
};

const DIGIT_DATE = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
/** 2024030500, 202403050015, 20240305001500, 20240305001500000, with or without a sign behind the date. */
const COMPACT_TIME = /^(\d{8})[ T_]?(\d{2})(?:(\d{2})(?:(\d{2})(\d{3})?)?)?$/;
/** A clock, compact or not, of hour 24. */
const HOUR_24 = /(?:^|[ T_])24(?::?00){1,2}$|[ T_]24$|^\d{8}24(?:00){0,2}$/;
const DAY_MONTH_YEAR = /^(\d{1,2})(?:st|nd|rd|th)?[-. /]+(\p{L}+)[-. /]+(\d{2}|\d{4})$/u;
const MONTH_DAY_YEAR = /^(\p{L}+)[-. /]+(\d{1,2})(?:st|nd|rd|th)?[-., /]+(\d{4})$/u;
const YEAR_MONTH_DAY = /^(\d{4})[-. /]+(\p{L}+)[-. /]+(\d{1,2})$/u;
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+/i;
const CLOCK = /^(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:\s*-?\s*([ap])\.?m\.?)?$/i;
const COMPACT_CLOCK = /^(\d{2})(\d{2})(\d{2})?$/;
/** Behind a date, two digits are an hour. */
const HOUR_ALONE = /^\d{2}$/;
const ZONE = /(?:\s*(?:gmt|utc))?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i;
const ZONE_WORD = /(?:(?<=\d)|\s+)([a-z]{1,4})$/i;

/** Whether a time or clock is of hour 24, which begins the next day: nobody writes it of a candle that opens then. */
export const isHour24 = (text: string): boolean => text.length <= MAX_CELL && HOUR_24.test(text);

/** ms after midnight of `00:00`, `0:00:00.000`, `05-PM`, `12:00 AM`, `000000`, `24:00`; null for other text. */
export function parseClock(text: string): number | null {
  const compact = COMPACT_CLOCK.exec(text);
  const match = compact ?? CLOCK.exec(text);
  if (match === null) return null;
  const half = compact === null ? match[5]?.toLowerCase() : undefined;
  // A bare hour is a number like any other, unless AM or PM stands beside it.
  if (match[2] === undefined && half === undefined) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
  const last = half !== undefined ? 12 : minute === 0 && second === 0 ? 24 : 23;
  if (minute > 59 || second > 59 || hour > last || (half !== undefined && hour === 0)) return null;
  const hours = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0);
  const fraction = compact === null ? (match[4] ?? '') : '';
  return ((hours * 60 + minute) * 60 + second) * 1000 + Math.round(Number(`0.${fraction || '0'}`) * 1000);
}

/** Midnight of a date as UTC ms; null when the text is no date in this order or the day does not exist. */
export function parseDay(text: string, order: DateOrder): number | null {
  if (text.length > MAX_CELL) return null;
  const digits = DIGIT_DATE.exec(text);
  if (digits !== null) return dayOfDigits([digits[1]!, digits[3]!, digits[4]!], order);
  const compact = COMPACT_DATE.exec(text);
  if (compact !== null)
    return order === 'ymd' ? dayOf(Number(compact[1]), Number(compact[2]), Number(compact[3])) : null;
  // A month with a name leaves nothing to choose; it counts as ymd so that there is one reading of it.
  if (order !== 'ymd') return null;
  const named = text.replace(WEEKDAY, '');
  const dmy = DAY_MONTH_YEAR.exec(named);
  if (dmy !== null) return dayOf(fullYear(dmy[3]!), monthOf(dmy[2]!), Number(dmy[1]));
  const mdy = MONTH_DAY_YEAR.exec(named);
  if (mdy !== null) return dayOf(Number(mdy[3]), monthOf(mdy[1]!), Number(mdy[2]));
  const ymd = YEAR_MONTH_DAY.exec(named);
  return ymd === null ? null : dayOf(Number(ymd[1]), monthOf(ymd[2]!), Number(ymd[3]));
}

/** A date, with or without clock time and zone, in one cell. */
export function parseWallTime(written: string, order: DateOrder): WallTime | null {
  if (written.length > MAX_CELL) return null;
  const day = parseDay(written, order);
  if (day !== null) return { wall: day, offset: null };
  const { rest, offset } = splitZone(written);
  const compact = COMPACT_TIME.exec(rest);
  if (compact !== null) {
    const [, ymd, hour, minute = '00', second = '00', milliseconds = '0'] = compact;
    const [date, clock] = [parseDay(ymd!, order), parseClock(`${hour}${minute}${second}`)];
    return date === null || clock === null ? null : { wall: date + clock + Number(milliseconds), offset };
  }
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const sign = rest[at]!;
    if (sign !== ' ' && sign !== 'T' && sign !== '_' && sign !== ':') continue;
    // `01:00 PM`: the blank before AM or PM is part of the clock.
    const text = rest.slice(at + 1).trim();
    const clock = parseClock(text) ?? (HOUR_ALONE.test(text) ? parseClock(`${text}:00`) : null);
    if (clock === null) continue;
    const date = parseDay(rest.slice(0, at).replace(/,?\s*$/, ''), order);
    if (date !== null) return { wall: date + clock, offset };
  }
  const midnight = offset === null ? null : parseDay(rest, order);
  return midnight === null ? null : { wall: midnight, offset };
}

/** Cuts a zone off the end: `Z`, `UTC`, `+01:00`, `GMT+0100`. A date such as 2024-01-02 has none. */
function splitZone(text: string): { readonly rest: string; readonly offset: number | null } {
  const word = ZONE_WORD.exec(text);
  const known = word === null ? undefined : ZONES[word[1]!.toLowerCase()];
  if (word !== null && known !== undefined) return { rest: text.slice(0, word.index).trimEnd(), offset: known };
  const signed = ZONE.exec(text);
  if (signed === null || !/\d{1,2}:\d{2}|T\d|gmt|utc|\d{6}/i.test(text.slice(0, signed.index + 4)))
    return { rest: text, offset: null };
  const [hours, minutes] = [Number(signed[2]), Number(signed[3] ?? 0)];
  if (hours > 14 || minutes > 59) return { rest: text, offset: null };
  const rest = text.slice(0, signed.index).trimEnd();
  return { rest, offset: (signed[1] === '-' ? -1 : 1) * (hours * 60 + minutes) };
}

function dayOfDigits(parts: readonly [string, string, string], order: DateOrder): number | null {
  const [first, , last] = parts;
  if (first.length === 3 || last.length === 3) return null;
  if ((first.length === 4) !== (order === 'ymd') && (first.length === 4 || last.length === 4)) return null;
  if (last.length === 4 && first.length > 2) return null;
  if (first.length < 4 && last.length < 4 && (order === 'ymd' ? first : last).length !== 2) return null;
  const [year, month, day] = (
    {
      ymd: [parts[0], parts[1], parts[2]],
      dmy: [parts[2], parts[1], parts[0]],
      mdy: [parts[2], parts[0], parts[1]],
    } as const
  )[order];
  return dayOf(fullYear(year), Number(month), Number(day));
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text));

const monthOf = (word: string): number => MONTHS.findIndex((month) => month.test(word.toLowerCase())) + 1;

function dayOf(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || year < 1970 || year > 2199) return null;
  const ms = Date.UTC(year, month - 1, day);
  // Date.UTC turns 31 April into 1 May, so a date that changes does not exist.
  return new Date(ms).getUTCDate() === day && ms % DAY_MS === 0 ? ms : null;
}
