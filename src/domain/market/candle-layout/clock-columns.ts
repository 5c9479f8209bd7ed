import { plainName } from './column-names.ts';
import { type ClockColumns, type TimeColumn } from './time-style.ts';

/** The clock beside a date. */
export interface ClockChoice {
  readonly columns: ClockColumns;
  readonly hasHour24: boolean;
  /** Its name says that it is the end of the hour. */
  readonly isClose: boolean;
}

const MINUTE_NAME = /^(?:minutes?|mins?|mm|minuten|minutos?|minuti)$/;
const HOUR_ENDING = /^(?:he|hourend(?:ing)?)$/;

/** A column of clocks or hours, with those of its minutes and of AM and PM where they stand apart. */
export function clockColumns(
  clock: TimeColumn,
  header: readonly string[],
  columns: readonly TimeColumn[],
): ClockChoice {
  const minute = clock.isHour
    ? columns.find(({ at, isMinute }) => isMinute && MINUTE_NAME.test(plainName(header[at] ?? '')))
    : undefined;
  const half = columns.find(({ isHalf }) => isHalf);
  return {
    columns: {
      at: clock.at,
      ...(clock.isHour && { isHour: true as const }),
      ...(minute && { minuteAt: minute.at }),
      ...(half && { halfAt: half.at }),
    },
    hasHour24: clock.hasHour24,
    isClose: HOUR_ENDING.test(plainName(header[clock.at] ?? '')),
  };
}
