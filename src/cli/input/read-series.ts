import { readCandleColumns } from '../../adapters/candle-files/read-candle-file.ts';
import { seriesOfColumns } from '../../domain/market/build-series.ts';
import { printedPrices, type PrintedPrices } from '../../domain/market/market-limits.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Series } from '../../domain/market/series.ts';
import { timeframeMs, type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError, withPlace } from '../../domain/errors.ts';

/** A series, and what all candles of its file show of the market's limits, whatever the timeframe. */
export interface PrintedSeries {
  readonly series: Series;
  readonly printed: PrintedPrices;
}

/** Reads a file's candles in the requested timeframe. @throws AppError with the file. */
export async function readSeries(path: string, timeframe: Timeframe | undefined): Promise<Series> {
  return (await readPrintedSeries(path, timeframe)).series;
}

/** As `readSeries`, with the prices that decide the limits of an undescribed market. */
export async function readPrintedSeries(path: string, timeframe: Timeframe | undefined): Promise<PrintedSeries> {
  const file = await readCandleColumns(path);
  const series = seriesOfFile(file, timeframe);
  return { series, printed: printedPrices(file.columns, file.fractionDigits) };
}

function seriesOfFile(file: CandleColumnsFile, timeframe: Timeframe | undefined): Series {
  const { path } = file;
  let own: Series;
  try {
    own = seriesOfColumns(file.symbol, file.timeframe, file.columns);
  } catch (cause) {
    throw withPlace(path, cause);
  }
  if (timeframe === undefined || timeframe === file.timeframe) return own;
  if (timeframeMs(timeframe) % timeframeMs(file.timeframe) !== 0) {
    throw new AppError('bad-input', `${path}: ${timeframe} cannot be built from candles of ${file.timeframe}`, {
      advice: `Choose ${file.timeframe} or a multiple of it`,
    });
  }
  const series = resample(own, timeframe);
  if (series.length === 0) throw new AppError('bad-input', `${path}: contains no complete candle of ${timeframe}`);
  return series;
}
