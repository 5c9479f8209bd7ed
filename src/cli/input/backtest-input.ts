import { type Config } from '../../../config/schema.ts';
import { type FillModel } from '../../domain/backtest/result.ts';
import { type ImportedGenome } from '../../domain/python-worker/genomes/import-genome.ts';
import { type Series } from '../../domain/market/series.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type Family } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { hintsOf, type CandleFileOptions } from './candle-file-options.ts';
import { examplePath, simulatedMarket, simulatedSeries } from './example.ts';
import { fillModelFor, fillModelOn, type FillOptions } from './fill-options.ts';
import { readPrintedSeries } from './read-series.ts';
import { readSpec } from './read-spec.ts';

/** Input of a backtest: a spec or an example, and a candle file or, for an example, a simulated market. */
export interface BacktestSource extends FillOptions, CandleFileOptions {
  readonly spec?: string;
  readonly example?: Family;
  readonly data?: readonly string[];
  readonly timeframe?: Timeframe;
}

export interface BacktestInput extends ImportedGenome {
  readonly specFile: string;
  readonly series: Series;
  readonly model: FillModel;
  readonly market: 'files' | 'simulated';
  /** What was assumed about the file and the market. */
  readonly marketNotes: readonly string[];
  /** The candle file, or a description of the simulated market. */
  readonly candles: string;
}

/** @throws AppError `bad-input` for conflicting flags or an unreadable file; `bad-spec` with the invalid field. */
export async function readBacktestInput(exchange: Config['exchange'], source: BacktestSource): Promise<BacktestInput> {
  const { example, data, timeframe } = source;
  const specFile = source.spec ?? (example && examplePath(example));
  if (specFile === undefined) {
    throw new AppError('bad-input', '--spec <file> is missing', { advice: 'Give a spec, or use --example' });
  }
  if (data === undefined && example === undefined) {
    throw new AppError('bad-input', '--data <file> is missing', {
      advice: 'Give a candle file; only --example can run without one, on a simulated market',
    });
  }
  if (data === undefined) {
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
      candles,
    };
  }
  const { series, printed, assumed, path } = await readPrintedSeries(data, timeframe, hintsOf(source));
  const { model, notes: marketNotes } = fillModelFor(exchange, series.symbol, printed, source);
  const { spec, notes } = await readSpec(specFile, model.market.kind);
  return {
    spec,
    notes,
    specFile,
    model,
    marketNotes: [...assumed, ...marketNotes],
    series,
    market: 'files',
    candles: path,
  };
}
