import { type Series } from './series.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'filled'] as const;

/** Whether the bars of one series stand unchanged in another. */
export function isPartOf(part: Series, whole: Series): boolean {
  const from = whole.time.indexOf(part.time[0]!);
  if (from === -1 || from + part.length > whole.length) return false;
  return COLUMNS.every((name) => part[name].every((value, i) => Object.is(value, whole[name][from + i])));
}
