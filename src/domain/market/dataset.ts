import { sha256 } from '../identity/sha256.ts';
import { monthOf, nextMonthOf } from './merge-columns.ts';
import { type Series } from './series.ts';
import { sliceSeries } from './slice-series.ts';

/**
 * The two names of data. `seriesId` says where it comes from and stays while a series grows; `dataset` is a hash of the
 * bars that were played, so that equal content has one name wherever it comes from.
 */
export interface SeriesIdentity {
  readonly seriesId: string;
  /** 64 hex digits. */
  readonly dataset: string;
}

/** One month of a chain of hashes: its bars, and a hash over them and all months before. */
export interface DatasetLink {
  /** Start of the calendar month (UTC) of the bars' open times, epoch ms. */
  readonly month: number;
  readonly bars: number;
  readonly hash: string;
}

/** What became of the bars that a chain was made of. */
export type DatasetChange =
  | { readonly kind: 'same' }
  | { readonly kind: 'grown'; readonly bars: number }
  /** Bars differ from this month on. */
  | { readonly kind: 'corrected'; readonly month: number };

/** Gaps count: a bar that was filled flat is other data than a candle of the same values. */
const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'filled'] as const;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export function seriesIdOf(source: string, { symbol, timeframe }: Pick<Series, 'symbol' | 'timeframe'>): string {
  return `${source}/${symbol}/${timeframe}`;
}

/** The chain over all bars of a series, month by month; empty for an empty series. */
export function datasetChain(series: Series): readonly DatasetLink[] {
  const chain: DatasetLink[] = [];
  for (let from = 0; from < series.length;) {
    const month = monthOf(series.time[from]!);
    const next = nextMonthOf(month);
    let to = from + 1;
    while (to < series.length && series.time[to]! < next) to += 1;
    const part = sliceSeries(series, from, to);
    const content = COLUMNS.map((name) => sha256(bytesOf(part[name])));
    const before = chain.at(-1)?.hash ?? '';
    chain.push({ month, bars: to - from, hash: sha256([before, month, ...content].join('/')) });
    from = to;
  }
  return chain;
}

/** The name of the content of a series: the last hash of its chain. */
export const datasetOf = (series: Series): string => datasetChain(series).at(-1)?.hash ?? sha256('');

/** Compares a series with the chain of an earlier one, so that growth and correction can be told apart. */
export function changeSince(before: readonly DatasetLink[], series: Series): DatasetChange {
  const bars = before.reduce((sum, link) => sum + link.bars, 0);
  const now = datasetChain(sliceSeries(series, 0, Math.min(bars, series.length)));
  const wrong = before.find((link, i) => now[i]?.hash !== link.hash);
  if (wrong !== undefined) return { kind: 'corrected', month: wrong.month };
  return series.length === bars ? { kind: 'same' } : { kind: 'grown', bars: series.length - bars };
}
