import { type Config } from '../../../config/schema.ts';
import { type FillModel } from '../../domain/backtest/result.ts';
import { type ImportedGenome } from '../../domain/python-worker/genomes/import-genome.ts';
import { type Series } from '../../domain/market/series.ts';
import { type Family } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { IMPORTED_SOURCE } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { namesCandles, readOneMarketOf, type CandlesOptions } from './candles-input.ts';
import { examplePath, simulatedMarket, simulatedSeries } from './example.ts';
import { fillModelFor, fillModelOn, type FillOptions } from './fill-options.ts';
import { printedSeries } from './read-series.ts';
import { readSpec } from './read-spec.ts';

/** Input of a backtest: a spec or an example, and a candle file or, for an example, a simulated market. */
export interface BacktestSource extends FillOptions, CandlesOptions {
  readonly spec?: string;
  readonly example?: Family;
}

export interface BacktestInput extends ImportedGenome {
  readonly specFile: string;
  readonly series: Series;
  readonly model: FillModel;
  readonly market: 'files' | 'stored' | 'simulated';
  /** Names where the candles come from, for the id of the series. */
  readonly source: string;
  /** What was assumed about the file and the market. */
  readonly marketNotes: readonly string[];
  /** The candle file, or a description of the simulated market. */
  readonly candles: string;
}

/** @throws AppError `bad-input` for conflicting flags or an unreadable file; `bad-spec` with the invalid field. */
export async function readBacktestInput(
  io: CliIo,
  exchange: Config['exchange'],
  source: BacktestSource,
): Promise<BacktestInput> {
  const { example, timeframe } = source;
  const specFile = source.spec ?? (example && examplePath(example));
  if (specFile === undefined) {
    throw new AppError('bad-input', '--spec <file> is missing', { advice: 'Give a spec, or use --example' });
  }
  if (!namesCandles(source) && example === undefined) {
    throw new AppError('bad-input', '--data <file> is missing', {
      advice: 'Give a candle file, or --market; only --example can run without, on a simulated market',
    });
  }
  if (!namesCandles(source)) {
    const market = simulatedMarket(exchange);
    const model = fillModelOn(market, exchange, source);
    const { spec, notes } = await readSpec(specFile, market.kind);
    const candles = `simulated market, seed ${exchange.seed}`;
    return {
      spec,
      notes,
      specFile,
      model,
      marketNotes: [],
      series: simulatedSeries(exchange, timeframe),
      market: 'simulated',
      source: 'simulated',
      candles,
    };
  }
  const file = await readOneMarketOf(io, source);
  const read = printedSeries(file, timeframe);
  const { series, assumed, path } = read;
  const { model, notes: marketNotes } = fillModelFor(exchange, read, source);
  const { spec, notes } = await readSpec(specFile, model.market.kind);
  return {
    spec,
    notes,
    specFile,
    model,
    marketNotes: [...assumed, ...marketNotes],
    series,
    ...(file.market === undefined
      ? { market: 'files', source: 'files' }
      : { market: 'stored', source: source.source ?? IMPORTED_SOURCE }),
    candles: path,
  };
}
