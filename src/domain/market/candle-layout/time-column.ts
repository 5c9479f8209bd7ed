import { clockColumns, type ClockChoice } from './clock-columns.ts';
import { roleOfName, type ColumnRole } from './column-names.ts';
import { dateColumnsOf, type DateColumns } from './day-parts.ts';
import { DATE_ORDERS, parseWallTime, type DateOrder } from './date-text.ts';
import { layoutDoubt } from './layout-doubt.ts';
import { quoteText } from './quote-text.ts';
import { readTime, serialStyleOf, timeColumnOf, type TimeColumn, type TimeStyle } from './time-style.ts';

export interface TimeChoice {
  /** Readings of one place, which differ in the order of day and month. */
  readonly styles: readonly TimeStyle[];
  /** Positions that it uses. */
  readonly columns: readonly number[];
  readonly isClose: boolean;
  /** Whether hour 24 occurs: then the times may be those of the open or of the close. */
  readonly hasHour24: boolean;
  readonly assumed: readonly string[];
}

type Rows = readonly (readonly string[])[];

const TIME_ROLES: ReadonlySet<ColumnRole> = new Set(['open-time', 'time', 'date', 'clock']);
const ordersFor = (hint: DateOrder | undefined): readonly DateOrder[] =>
  hint === undefined ? DATE_ORDERS : [...new Set<DateOrder>(['ymd', hint])];

const cellsAt = (rows: Rows, at: number): readonly string[] => rows.map((cells) => cells[at] ?? '');
const isDayOnly = ({ days }: TimeColumn): boolean => days.length > 0;
const isEpoch = ({ whole }: TimeColumn): boolean => whole[0]?.kind === 'epoch';
const isShortened = ({ whole: [first] }: TimeColumn): boolean =>
  first?.kind === 'epoch' && first.shortened !== undefined;

/** A hint settles the order, but a year in front leaves no choice: `2024-01-02` stays ymd. */
function preferring<T>(
  all: readonly T[],
  orderOf: (item: T) => DateOrder | null,
  hint: DateOrder | undefined,
): readonly T[] {
  const hinted = hint === undefined ? [] : all.filter((item) => orderOf(item) === hint);
  return hinted.length > 0 ? hinted : all;
}

const orderOfStyle = (style: TimeStyle): DateOrder | null =>
  style.kind === 'date' || style.kind === 'date-and-clock' ? style.order : null;

function wholeChoice(column: TimeColumn, hint: DateOrder | undefined, isClose = false): TimeChoice {
  const styles = isEpoch(column) ? column.whole.slice(0, 1) : preferring(column.whole, orderOfStyle, hint);
  return { styles, columns: [column.at], isClose, hasHour24: !isEpoch(column) && column.hasHour24, assumed: [] };
}

function pairChoice(day: TimeColumn, clock: ClockChoice, hint: DateOrder | undefined): TimeChoice {
  const styles = preferring(day.days, (order) => order, hint).map((order): TimeStyle => ({
    kind: 'date-and-clock',
    order,
    at: day.at,
    clock: clock.columns,
    ...(day.isDotted && order === 'mdy' && { isRare: true as const }),
  }));
  return { ...ofClock(clock), styles, columns: [day.at, clock.columns.at] };
}

/** A year, a month and a day in columns of their own, with a clock or without. */
function partsChoice({ at, parts }: DateColumns, clock: ClockChoice | null): TimeChoice {
  const day = { order: 'ymd', at, parts } as const;
  return clock === null
    ? { styles: [{ kind: 'date', ...day }], columns: [at], isClose: false, hasHour24: false, assumed: [] }
    : {
        ...ofClock(clock),
        styles: [{ kind: 'date-and-clock', ...day, clock: clock.columns }],
        columns: [at, clock.columns.at],
      };
}

const ofClock = ({ isClose, hasHour24 }: ClockChoice): Pick<TimeChoice, 'isClose' | 'hasHour24' | 'assumed'> => ({
  isClose,
  hasHour24,
  assumed: isClose ? ['times are of the close (hour ending)'] : [],
});

/** Chooses the time of a file with a header. @throws AppError `bad-candles` when there is none, or two that disagree */
export function timeByName(header: readonly string[], rows: Rows, hint: DateOrder | undefined): TimeChoice {
  const roles = header.map(roleOfName);
  const columns = header.map((_, at) => timeColumnOf(cellsAt(rows, at), at, ordersFor(hint)));
  const withRole = (...wanted: readonly ColumnRole[]): readonly TimeColumn[] =>
    columns.filter(({ at }) => wanted.includes(roles[at]!));
  const opening = withRole('open-time');
  const full = (column: TimeColumn): boolean => column.whole.length > 0 && !isDayOnly(column);
  const all = columns.filter(({ at }) => TIME_ROLES.has(roles[at]!));
  // An epoch that a spreadsheet has shortened counts only where no other column tells the time.
  const entire = all.filter((column) => !isShortened(column));
  const named = entire.some((column) => full(column) || isDayOnly(column)) ? entire : all;

  for (const group of [opening.filter(full), named.filter(isEpoch), named.filter(full)]) {
    if (group.length > 0) return agreed(group, header, rows, hint);
  }
  const day = named.find(isDayOnly);
  if (day !== undefined) {
    const clock = named.find((column) => column.isClock && column.at !== day.at && !isDayOnly(column));
    return clock === undefined ? wholeChoice(day, hint) : pairChoice(day, clockColumns(clock, header, columns), hint);
  }
  const date = dateColumnsOf(header, rows);
  if (date !== null) {
    const { monthAt, dayAt } = date.parts;
    const others = columns.filter(({ at }) => at !== monthAt && at !== dayAt);
    const clock = others.find(({ at, isClock }) => isClock && TIME_ROLES.has(roles[at]!));
    return partsChoice(date, clock === undefined ? null : clockColumns(clock, header, others));
  }
  for (const { at } of named) {
    const serial = serialStyleOf(cellsAt(rows, at), at);
    if (serial)
      return {
        styles: [serial],
        columns: [at],
        isClose: false,
        hasHour24: false,
        assumed: ['times are days of a spreadsheet'],
      };
  }
  const closing = withRole('close-time').find(({ whole }) => whole.length > 0);
  if (closing !== undefined && named.length === 0) {
    return { ...wholeChoice(closing, hint, true), assumed: [`times are of the close (${header[closing.at]})`] };
  }
  const unnamed = columns.filter(({ at, whole }) => whole.length > 0 && roles[at] === 'other');
  const [only, ...others] = unnamed;
  if (only !== undefined && others.length === 0 && named.length === 0) return wholeChoice(only, hint);
  // A named column with times in it is read all the same, so that its faults are reported with their lines.
  if (named.length === 1) {
    const { at } = named[0]!;
    const cells = cellsAt(rows, at);
    if (cells.every((cell) => ordersFor(hint).every((order) => parseWallTime(cell, order) === null))) {
      throw layoutDoubt(
        `column ${quoteText(header[at]!)} holds no times (${quoteText(cells[0] ?? '')})`,
        'Write them like 2024-01-31 23:00, or name another column with --columns; a spreadsheet saves what it shows, so format its column so',
      );
    }
    return {
      styles: [{ kind: 'date', order: 'ymd', at }],
      columns: [at],
      isClose: false,
      hasHour24: false,
      assumed: [],
    };
  }
  throw layoutDoubt(named.length === 0 ? 'no column is a time' : 'no time column can be read');
}

/** The first of several columns that say the same; of those that differ, the only one of whole minutes. */
function agreed(
  group: readonly TimeColumn[],
  header: readonly string[],
  rows: Rows,
  hint: DateOrder | undefined,
): TimeChoice {
  const utc = group.filter(({ at }) => /utc|gmt/i.test(header[at]!));
  const candidates = utc.length === 1 ? utc : group;
  const times = candidates.map(({ whole }) => rows.map((cells) => readTime(cells, whole[0]!)?.ms ?? null));
  const other = times.findIndex((column) =>
    column.some((ms, i) => ms !== null && times[0]![i] !== null && ms !== times[0]![i]),
  );
  if (other === -1) return wholeChoice(candidates[0]!, hint);
  // The times of first and last trades stand beside the time of the candle.
  const even = candidates.filter((_, i) => times[i]!.every((ms) => ms === null || ms % MINUTE_MS === 0));
  if (even.length === 1) return wholeChoice(even[0]!, hint);
  const names = [candidates[0]!, candidates[other]!].map(({ at }) => header[at]);
  throw layoutDoubt(`columns ${names.join(' and ')} are both times and differ`);
}

const MINUTE_MS = 60_000;

/** Chooses the time of a file without a header: the first column that is one, or a date with a clock behind it. */
export function timeByPosition(rows: Rows, width: number, hint: DateOrder | undefined): TimeChoice | null {
  for (let at = 0; at < width; at += 1) {
    const column = timeColumnOf(cellsAt(rows, at), at, ordersFor(hint));
    if (column.whole.length > 0 && !isDayOnly(column)) return wholeChoice(column, hint);
    if (!isDayOnly(column)) continue;
    const clock = timeColumnOf(cellsAt(rows, at + 1), at + 1, ordersFor(hint));
    if (clock.isClock && isClockBeside(cellsAt(rows, at), cellsAt(rows, at + 1)))
      return pairChoice(column, clockColumns(clock, [], []), hint);
    return wholeChoice(column, hint);
  }
  return null;
}

/** Digits alone beside a date may be a price: they are a clock when they never change or dates repeat. */
function isClockBeside(days: readonly string[], clocks: readonly string[]): boolean {
  if (clocks.every((clock) => /\D/.test(clock) && !/^\d+[.,]\d+$/.test(clock))) return true;
  return days.length > 1 && (new Set(days).size < days.length || new Set(clocks).size === 1);
}
