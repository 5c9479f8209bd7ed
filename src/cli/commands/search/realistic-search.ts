import { type Config } from '../../../../config/schema.ts';
import { searchHere, searchOn } from '../../../adapters/threads/searcher.ts';
import { importGenome } from '../../../domain/python-worker/genomes/import-genome.ts';
import { requireCoverage } from '../../../domain/market/coverage.ts';
import { type Market } from '../../../domain/market/market.ts';
import { describeSpec } from '../../../domain/strategies/describe-spec.ts';
import { SpecError } from '../../../domain/spec-error.ts';
import { type StrategySpec } from '../../../domain/strategies/spec.ts';
import { AppError, withPlace } from '../../../domain/errors.ts';
import { type CliIo } from '../../output/io.ts';
import { readOneMarketOf } from '../../input/candles-input.ts';
import { fillModelFor } from '../../input/fill-options.ts';
import { type WrittenStrategy } from '../../input/parse-strategy.ts';
import { withMinimumCoverage } from '../../input/minimum-coverage.ts';
import { readGenomes } from '../../input/read-genomes.ts';
import { printedSeries } from '../../input/read-series.ts';
import { type PreparedSearch, type SearchInput } from './prepared-search.ts';

/** Search by docs/simulation-rules.md; genomes are imported as specs. @throws AppError with file, position and field. */
export async function prepareRealisticSearch(
  io: CliIo,
  exchange: Config['exchange'],
  input: SearchInput,
): Promise<PreparedSearch> {
  if (input.marketType !== undefined) {
    throw new AppError('bad-input', '--market-type needs --profile worker', {
      advice: 'Describe the market in config/markets.yaml',
    });
  }
  const read = printedSeries(await readOneMarketOf(io, input), input.timeframe);
  const { series, assumed } = read;
  const { model: fillModel, notes } = fillModelFor(exchange, read, input);
  const specs = specsOf(input.genomes, await readGenomes(input.genomes), fillModel.market.kind);
  requireCoverage(series, withMinimumCoverage(exchange, input).minimumCoverage);
  const request = { series, fillModel, window: { from: 0, to: series.length }, specs };
  return {
    market: `${series.symbol} ${series.timeframe}`,
    notes: [...assumed, ...notes],
    bars: series.length,
    count: specs.length,
    capital: fillModel.initialCash,
    nameOf: (index) => describeSpec(specs[index]!),
    async play(pool, onProgress) {
      try {
        return await (pool === null ? searchHere : searchOn(pool))(request, { onProgress });
      } catch (cause) {
        // The search reports positions only; add the file.
        throw withPlace(input.genomes, cause);
      }
    },
  };
}

/** Rules of a genome that a spec cannot express are left out; corp backtest reports them for a single genome. */
function specsOf(
  path: string,
  written: readonly WrittenStrategy[],
  marketKind: Market['kind'],
): readonly StrategySpec[] {
  return written.map((strategy, index) => {
    if (strategy.kind === 'spec') return strategy.spec;
    try {
      return importGenome(strategy.genome, { marketKind }).spec;
    } catch (cause) {
      throw withPlace(path, cause instanceof SpecError ? cause.inside(`[${index}]`) : cause);
    }
  });
}
