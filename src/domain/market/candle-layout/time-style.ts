import { isHour24, parseClock, parseDay, parseWallTime, type DateOrder } from './date-text.ts';
import { isMissing } from './number-style.ts';

export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

/** Where the clock beside a date is. */
export interface ClockColumns {
  readonly at: number;
  /** A whole hour, 0 to 24. */
  readonly isHour?: true;
  /** The minutes of that hour, in a column of their own. */
  readonly minuteAt?: number;
  /** AM or PM, in a column of its own. */
  readonly halfAt?: number;
}

/** Columns of month and day beside the one of the year. */
export interface DayParts {
  readonly monthAt: number;
  readonly dayAt: number;
}

/**
 * How a file writes times. `at` is the position of a cell. `isRare`: a reading that hardly anybody writes (12.31.2024),
 * which counts only when it is clearly the regular one, or asked for.
 */
export type TimeStyle =
  | {
      readonly kind: 'epoch';
      readonly unit: EpochUnit;
      readonly at: number;
      /** The first that is written like 1.70962E+12, with fewer digits than its unit has. */
      readonly shortened?: string;
    }
  /** Days since 1899-12-30, as spreadsheets count. */
  | { readonly kind: 'serial'; readonly at: number }
  | {
      readonly kind: 'date';
      readonly order: DateOrder;
      readonly at: number;
      readonly isRare?: true;
      readonly parts?: DayParts;
    }
  | {
      readonly kind: 'date-and-clock';
      readonly order: DateOrder;
      readonly at: number;
      readonly clock: ClockColumns;
      readonly isRare?: true;
      readonly parts?: DayParts;
    };

/** `ms` is UTC when `isUtc`, otherwise what the clock showed. */
export interface ReadTime {
  readonly ms: number;
  readonly isUtc: boolean;
}

const EPOCH = /^\+?\d{9,19}(?:\.\d*)?$|^\+?\d(?:[.,]\d+)?[eE]\+?\d{1,2}$/;
const SCIENTIFIC = /^\+?\d(?:[.,](\d+))?[eE]\+?(\d{1,2})$/;
const UNITS: readonly (readonly [unit: EpochUnit, from: number, ms: number])[] = [
  ['s', 1e8, 1000],
  ['ms', 1e11, 1],
  ['us', 1e14, 1e-3],
  ['ns', 1e17, 1e-6],
];
/** Each unit ends where its times leave the 23rd century: 1e10 s is the year 2286. */
const UNIT_SPAN = 100;
const SERIAL = /^\d{5}(?:[.,]\d+)?$/;
const SERIAL_EPOCH = 25_569;

/** The unit in which a number is a time from 1973 to 2286; null for other text. */
export function epochUnitOf(cell: string): EpochUnit | null {
  if (!EPOCH.test(cell)) return null;
  const value = epochOf(cell);
  return UNITS.find(([, from]) => value >= from && value < from * UNIT_SPAN)?.[0] ?? null;
}

const epochOf = (cell: string): number => Number(cell.replace(',', '.'));

/** Whether an epoch is written with fewer digits than its unit has: spreadsheets show 1709625600000 as 1.70963E+12. */
function isShortened(cell: string): boolean {
  const match = SCIENTIFIC.exec(cell);
  return match !== null && (match[1] ?? '').length < Number(match[2]);
}

/** The text of a row's time, for messages. */
export function timeTextOf(cells: readonly string[], style: TimeStyle): string {
  const day = style.kind === 'date' || style.kind === 'date-and-clock' ? dayTextOf(cells, style) : cells[style.at]!;
  return style.kind === 'date-and-clock' ? `${day} ${clockTextOf(cells, style.clock)}` : day;
}

function dayTextOf(
  cells: readonly string[],
  { at, parts }: { readonly at: number; readonly parts?: DayParts },
): string {
  const first = cells[at] ?? '';
  return parts === undefined ? first : `${first}-${cells[parts.monthAt] ?? ''}-${cells[parts.dayAt] ?? ''}`;
}

function clockTextOf(cells: readonly string[], { at, minuteAt, halfAt }: ClockColumns): string {
  const clock = cells[at] ?? '';
  const whole = minuteAt === undefined ? clock : `${clock}:${(cells[minuteAt] ?? '').padStart(2, '0')}`;
  return halfAt === undefined ? whole : `${whole} ${cells[halfAt] ?? ''}`;
}

/** The time in a row, or null when its cells do not follow the style. */
export function readTime(cells: readonly string[], style: TimeStyle): ReadTime | null {
  const cell = cells[style.at] ?? '';
  switch (style.kind) {
    case 'epoch': {
      if (epochUnitOf(cell) !== style.unit) return null;
      const scale = UNITS.find(([unit]) => unit === style.unit)![2];
      // Division keeps what a factor of 0.001 would lose.
      const ms = scale >= 1 ? epochOf(cell) * scale : epochOf(cell) / Math.round(1 / scale);
      return { ms: Math.round(ms), isUtc: true };
    }
    case 'serial': {
      if (!SERIAL.test(cell)) return null;
      // Their fraction is a rounded binary one: seconds are what it can tell.
      return { ms: Math.round((Number(cell.replace(',', '.')) - SERIAL_EPOCH) * 86_400) * 1000, isUtc: false };
    }
    case 'date': {
      const time = parseWallTime(dayTextOf(cells, style), style.order);
      return time && fromWall(time.wall, time.offset);
    }
    case 'date-and-clock': {
      const day = parseDay(dayTextOf(cells, style), style.order);
      if (day === null) return null;
      const text = clockTextOf(cells, style.clock);
      const isHour = style.clock.isHour && style.clock.minuteAt === undefined && style.clock.halfAt === undefined;
      const clock = isHour ? hourClock(text) : (parseClock(text) ?? bareClock(text));
      if (clock !== null) return { ms: day + clock, isUtc: false };
      // A zone beside the clock: read both as one text.
      const time = parseWallTime(`${new Date(day).toISOString().slice(0, 10)} ${text}`, 'ymd');
      return time && fromWall(time.wall, time.offset);
    }
    default:
      style satisfies never;
      return null;
  }
}

const fromWall = (wall: number, offset: number | null): ReadTime =>
  offset === null ? { ms: wall, isUtc: false } : { ms: wall - offset * 60_000, isUtc: true };

/** `0`, `100`, `2330`, `93000`: clocks that lost their leading zeros. */
function bareClock(text: string): number | null {
  if (!/^\d{1,6}$/.test(text)) return null;
  return parseClock(text.padStart(text.length > 4 ? 6 : 4, '0'));
}

const HOUR = /^(?:\d|[01]\d|2[0-4])$/;
const MINUTE = /^[0-5]?\d$/;
const HALF = /^[ap]\.?m\.?$/i;
const hourClock = (text: string): number | null => (HOUR.test(text) ? Number(text) * 3_600_000 : null);

/** What the cells of a column can be in a time. */
export interface TimeColumn {
  readonly at: number;
  /** Readings as a whole time. */
  readonly whole: readonly TimeStyle[];
  /** Orders in which it is a date without a clock. */
  readonly days: readonly DateOrder[];
  readonly isClock: boolean;
  /** Whole hours, 0 to 24. */
  readonly isHour: boolean;
  /** Whole minutes, 0 to 59. */
  readonly isMinute: boolean;
  /** AM and PM. */
  readonly isHalf: boolean;
  /** Hour 24 occurs, as a clock or in a time. */
  readonly hasHour24: boolean;
  /** Written with dots, where the month does not come first. */
  readonly isDotted: boolean;
}

/** 2024030500 would be a second of 2034, and 202403050015 a millisecond of 1976: no market has candles of then. */
const COMPACT = /^(?:\d{10}|\d{12})$/;
const DOTTED = /^\d{1,2}\.\d{1,2}\.\d{2,4}/;

/** What column `at` can be, from the cells of sample rows; missing cells do not count. */
export function timeColumnOf(cells: readonly string[], at: number, orders: readonly DateOrder[]): TimeColumn {
  const all = cells.filter((cell) => !isMissing(cell));
  const every = (test: (cell: string) => boolean): boolean => all.length > 0 && mostly(all, test);
  const whole: TimeStyle[] = [];
  const unit = majorUnit(all);
  const isCompact = every((cell) => COMPACT.test(cell) && parseWallTime(cell, 'ymd') !== null);
  if (unit !== null && !isCompact && every((cell) => epochUnitOf(cell) !== null)) {
    const shortened = all.find(isShortened);
    whole.push({ kind: 'epoch', unit, at, ...(shortened !== undefined && { shortened }) });
  }
  const days = orders.filter((order) => every((cell) => parseDay(cell, order) !== null));
  const isDotted = orders.length > 2 && all.some((cell) => DOTTED.test(cell));
  for (const order of orders) {
    if (every((cell) => parseWallTime(cell, order) !== null))
      whole.push({ kind: 'date', order, at, ...(isDotted && order === 'mdy' && { isRare: true as const }) });
  }
  const isClock = every(
    (cell) =>
      parseClock(cell.replace(/\s*[A-Z]{1,4}$/i, '')) !== null || bareClock(cell) !== null || parseClock(cell) !== null,
  );
  const [isHour, isMinute, isHalf] = [HOUR, MINUTE, HALF].map(
    (form) => all.length > 0 && all.every((cell) => form.test(cell)),
  ) as [boolean, boolean, boolean];
  return {
    at,
    whole,
    days,
    isClock,
    isHour,
    isMinute,
    isHalf,
    isDotted,
    hasHour24: all.some((cell) => isHour24(cell) || (isHour && cell === '24')),
  };
}

/** A spreadsheet's serial times: only a column with the name of a time may be one. */
export function serialStyleOf(cells: readonly string[], at: number): TimeStyle | null {
  const all = cells.filter((cell) => !isMissing(cell));
  const isSerial = all.length > 0 && all.every((cell) => SERIAL.test(cell) && Number(cell.replace(',', '.')) >= 25_569);
  return isSerial ? { kind: 'serial', at } : null;
}

/** A few faulty cells must not hide what a column is: they are reported with their lines later. */
function mostly(cells: readonly string[], test: (cell: string) => boolean): boolean {
  const allowed = Math.floor(cells.length / 10);
  let failed = 0;
  for (const cell of cells) if (!test(cell) && (failed += 1) > allowed) return false;
  return true;
}

function majorUnit(cells: readonly string[]): EpochUnit | null {
  const counts = new Map<EpochUnit, number>();
  for (const cell of cells) {
    const unit = epochUnitOf(cell);
    if (unit !== null) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
