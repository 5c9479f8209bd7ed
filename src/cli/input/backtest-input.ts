import { type Config } from '../../../config/schema.ts';
import { symbolOfFile } from '../../adapters/candle-files/read-candle-file.ts';
import { type FillModel } from '../../domain/backtest/result.ts';
import { type ImportedGenome } from '../../domain/python-worker/genomes/import-genome.ts';
import { type Series } from '../../domain/market/series.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type Family } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { examplePath, SIMULATED_SYMBOL, simulatedSeries } from './example.ts';
import { fillModelFor, type FillOptions } from './fill-options.ts';
import { readSeries } from './read-series.ts';
import { readSpec } from './read-spec.ts';

/** Input of a backtest: a spec or an example, and a candle file or, for an example, a simulated market. */
export interface BacktestSource extends FillOptions {
  readonly spec?: string;
  readonly example?: Family;
  readonly data?: string;
  readonly timeframe?: Timeframe;
}

export interface BacktestInput extends ImportedGenome {
  readonly specFile: string;
  readonly series: Series;
  readonly model: FillModel;
  readonly market: 'files' | 'simulated';
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
  const model = fillModelFor(exchange, data === undefined ? SIMULATED_SYMBOL : symbolOfFile(data), source);
  const strategy = await readSpec(specFile, model.market.kind);
  return {
    spec: strategy.spec,
    notes: strategy.notes,
    specFile,
    model,
    ...(data === undefined
      ? {
          series: simulatedSeries(exchange, timeframe),
          market: 'simulated',
          candles: `simulated market, seed ${exchange.seed}`,
        }
      : { series: await readSeries(data, timeframe), market: 'files', candles: data }),
  };
}
