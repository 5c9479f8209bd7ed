import { assumedNotes } from './candle-file-options.ts';
import { readOneMarket } from '../../adapters/candle-files/read-market-files.ts';
import { seriesOfColumns } from '../../domain/market/build-series.ts';
import { type Market } from '../../domain/market/market.ts';
import { printedPrices, type PrintedPrices } from '../../domain/market/market-limits.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Series } from '../../domain/market/series.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError, withPlace } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';

/** A series, and what all candles of its files show of the market's limits, whatever the timeframe. */
export interface PrintedSeries {
  readonly series: Series;
  readonly printed: PrintedPrices;
  /** The market as it was stored first; its limits stay. */
  readonly known?: Market;
  /** The files, for messages, and what their reader assumed. */
  readonly path: string;
  readonly assumed: readonly string[];
}

/** Reads the candles of one market in the requested timeframe. @throws AppError with the file. */
export async function readSeries(paths: readonly string[], timeframe: Timeframe | undefined): Promise<Series> {
  const file = await readOneMarket(paths, timeframe === undefined ? {} : { timeframe });
  return seriesOfFile(file, timeframe);
}

/** The candles of one market in the requested timeframe, with the prices that decide the limits of an undescribed one. */
export function printedSeries(file: CandleColumnsFile, timeframe: Timeframe | undefined): PrintedSeries {
  const { path, market } = file;
  const series = seriesOfFile(file, timeframe);
  const printed = printedPrices(file.columns, file.fractionDigits);
  return { series, printed, path, assumed: assumedNotes(file), ...(market && { known: market }) };
}

/** The series of a file, in its own timeframe or in a longer one. @throws AppError with the file. */
function seriesOfFile(file: CandleColumnsFile, timeframe: Timeframe | undefined): Series {
  const { path } = file;
  let own: Series;
  try {
    own = seriesOfColumns(file.symbol, file.timeframe, file.columns);
  } catch (cause) {
    throw withPlace(path, cause);
  }
  if (timeframe === undefined || timeframeMs(timeframe) === timeframeMs(file.timeframe)) return own;
  if (timeframeMs(timeframe) % timeframeMs(file.timeframe) !== 0) {
    throw new AppError('bad-input', `${path}: ${timeframe} cannot be built from candles of ${file.timeframe}`, {
      advice: `Choose ${file.timeframe} or a multiple of it`,
    });
  }
  const series = resample(own, timeframe);
  if (series.length === 0) {
    throw new AppError('bad-input', `${path}: contains no complete candle of ${timeframe}`, {
      advice: `Choose a --timeframe from ${file.timeframe} on, or a longer file`,
    });
  }
  return series;
}
