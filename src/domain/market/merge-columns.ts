import { type CandleColumns, joinColumns, pickColumns, sliceColumns } from './candle-columns.ts';

/** The candles in ascending order; of several with the same time, the last one. Returns ordered candles unchanged. */
export function inOrder(columns: CandleColumns): CandleColumns {
  const { time, length } = columns;
  let isOrdered = true;
  for (let i = 1; i < length && isOrdered; i += 1) isOrdered = time[i - 1]! < time[i]!;
  if (isOrdered) return columns;
  // Equal times stay in the given order, so that the last one of them is the one that counts.
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => time[a]! - time[b]! || a - b);
  return pickColumns(
    columns,
    order.filter((i, at) => at + 1 === length || time[order[at + 1]!] !== time[i]),
  );
}

/** Merges two ordered sets of candles; where both have a time, `added` wins. */
export function mergeColumns(stored: CandleColumns, added: CandleColumns): CandleColumns {
  if (stored.length === 0) return added;
  if (added.length === 0) return stored;
  // The usual cases: newer or older candles are appended.
  if (stored.time[stored.length - 1]! < added.time[0]!) return joinColumns([stored, added]);
  if (added.time[added.length - 1]! < stored.time[0]!) return joinColumns([added, stored]);
  return inOrder(joinColumns([stored, added]));
}

/** Start of the calendar month, epoch ms UTC; NaN when `time` is not a date. */
export function monthOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** Start of the calendar month after that of `time`, epoch ms UTC. */
export function nextMonthOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Splits ordered candles by the calendar month (UTC) of their open time, as views. */
export function byMonth(columns: CandleColumns): readonly { readonly month: number; readonly part: CandleColumns }[] {
  const months: { month: number; part: CandleColumns }[] = [];
  for (let from = 0; from < columns.length;) {
    const month = monthOf(columns.time[from]!);
    const next = nextMonthOf(month);
    let to = from + 1;
    while (to < columns.length && columns.time[to]! < next) to += 1;
    months.push({ month, part: sliceColumns(columns, from, to) });
    from = to;
  }
  return months;
}
