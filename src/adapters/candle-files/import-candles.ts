import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { seriesOfColumns } from '../../domain/market/build-series.ts';
import {
  changeSince,
  datasetChain,
  datasetOf,
  seriesIdOf,
  type DatasetChange,
  type SeriesIdentity,
} from '../../domain/market/dataset.ts';
import { coverageOf } from '../../domain/market/coverage.ts';
import { describedMarket, type DescribedMarket, type MarketSettings } from '../../domain/market/described-market.ts';
import { printedPrices } from '../../domain/market/market-limits.ts';
import { isPartOf } from '../../domain/market/is-part-of.ts';
import { storedSeries } from './stored-series.ts';
import { type CoverageReport, type Series } from '../../domain/market/series.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError, withPlace } from '../../domain/errors.ts';
import { type Stores } from '../../ports/stores.ts';

/** Content of a file. `bars` counts real candles; gaps are those within the file. Times are epoch ms. */
export interface CandleReport extends Omit<CoverageReport, 'bars'> {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** Open times of the first and the last candle. */
  readonly from: number;
  readonly to: number;
}

export interface ImportReport extends CandleReport, SeriesIdentity {
  readonly change: ImportChange;
  /** False when the store already had these candles. */
  readonly stored: boolean;
  /** Stored candles of the market that the file does not have. */
  readonly kept: number;
  /** What was assumed about the market. */
  readonly notes: readonly string[];
}

/** What an import made of the candles that the store had. */
export type ImportChange = DatasetChange | { readonly kind: 'new' };

const identityOf = (source: string, series: Series): SeriesIdentity => ({
  seriesId: seriesIdOf(source, series),
  dataset: datasetOf(series),
});

function changeOf(before: Series | null, after: Series): ImportChange {
  if (before === null) return { kind: 'new' };
  // Older candles are growth too, although every hash of the chain changes with them.
  if (isPartOf(before, after)) {
    const bars = after.length - before.length;
    return bars === 0 ? { kind: 'same' } : { kind: 'grown', bars };
  }
  return changeSince(datasetChain(before), after);
}

export interface ImportOptions {
  /** The source's name identifies its content: equal count and bounds mean equal candles. */
  readonly isContentAddressed?: boolean;
  /** Drops the stored candles that the files do not have. */
  readonly replaces?: boolean;
}

/** @throws AppError with the file's path when its candles do not form a series */
export function describeCandles({
  path,
  symbol,
  timeframe,
  columns,
}: Pick<CandleColumnsFile, 'path' | 'symbol' | 'timeframe' | 'columns'>): CandleReport {
  try {
    const { bars: _, ...coverage } = coverageOf(seriesOfColumns(symbol, timeframe, columns));
    const [from, to] = [columns.time[0]!, columns.time[columns.length - 1]!];
    return { symbol, timeframe, ...coverage, bars: columns.length, from, to };
  } catch (cause) {
    throw withPlace(path, cause);
  }
}

/**
 * Stores files as markets of a source. Stores nothing unless all files are consistent with each other and with the
 * source. @throws AppError `bad-input`
 */
export async function importCandleFiles(
  { candles: store }: Pick<Stores, 'candles'>,
  { exchange }: { readonly exchange: MarketSettings },
  files: readonly CandleColumnsFile[],
  source: string,
  { isContentAddressed = false, replaces = false }: ImportOptions = {},
): Promise<readonly ImportReport[]> {
  const reports = files.map(describeCandles);
  const present = await store.markets(source);
  const timeframes = new Map(present.map(({ market, timeframe }) => [market.symbol, timeframe]));
  for (const { path, symbol, timeframe } of files) {
    const known = timeframes.get(symbol) ?? timeframe;
    if (known !== timeframe) {
      throw new AppError('bad-input', `${path}: ${symbol} has candles of ${known} in '${source}', not ${timeframe}`, {
        advice: 'Give these another --source',
      });
    }
    timeframes.set(symbol, timeframe);
  }
  // Limits are fixed when a market is first imported: later candles do not change them.
  const markets: DescribedMarket[] = files.map(({ path, symbol, columns, fractionDigits }) => {
    const known = present.find(({ market }) => market.symbol === symbol)?.market;
    try {
      return describedMarket(exchange, symbol, printedPrices(columns, fractionDigits), known);
    } catch (cause) {
      throw withPlace(path, cause);
    }
  });
  const imported: ImportReport[] = [];
  // A market is announced when all candles are there, so that an import that ends early shows nothing new.
  for (const [i, { symbol, timeframe, columns }] of files.entries()) {
    const report = reports[i]!;
    const bounds = isContentAddressed ? await store.bounds(source, symbol, timeframe) : null;
    const isThere = bounds?.count === report.bars && bounds.first === report.from && bounds.last === report.to;
    const before = await storedSeries(store, source, symbol, timeframe);
    if (replaces) await store.replace(source, symbol, timeframe, columns);
    else if (!isThere) await store.put(source, symbol, timeframe, columns);
    const after = (await storedSeries(store, source, symbol, timeframe))!;
    imported.push({
      ...report,
      stored: !isThere,
      kept: ((await store.bounds(source, symbol, timeframe))?.count ?? 0) - columns.length,
      notes: markets[i]!.notes,
      ...identityOf(source, after),
      change: changeOf(before, after),
    });
  }
  for (const [i, { timeframe }] of files.entries()) await store.saveMarket(source, markets[i]!.market, timeframe);
  return imported;
}
