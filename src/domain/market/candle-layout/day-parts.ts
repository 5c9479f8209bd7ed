import { plainName } from './column-names.ts';
import { type DayParts } from './time-style.ts';

/** A date in three columns: `at` is that of the year. */
export interface DateColumns {
  readonly at: number;
  readonly parts: DayParts;
}

const YEAR = /^(?:year|yyyy|yr|jahr|annee|ano|anno)$/;
const MONTH = /^(?:month|mon|mm|monat|mois|mes|mese)$/;
const DAY = /^(?:day|dd|dayofmonth|tag|jour|dia|giorno)$/;
const YEAR_CELL = /^(?:19|20|21)\d{2}$/;

/** The columns of year, month and day; null where one is missing or holds something else. */
export function dateColumnsOf(header: readonly string[], rows: readonly (readonly string[])[]): DateColumns | null {
  const at = (form: RegExp): number => header.findIndex((name) => form.test(plainName(name)));
  const [year, month, day] = [at(YEAR), at(MONTH), at(DAY)];
  if (year === -1 || month === -1 || day === -1) return null;
  return rows.some((cells) => YEAR_CELL.test(cells[year] ?? ''))
    ? { at: year, parts: { monthAt: month, dayAt: day } }
    : null;
}
