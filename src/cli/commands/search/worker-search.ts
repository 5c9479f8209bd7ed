import { type Config } from '../../../../config/schema.ts';
import { type CliIo } from '../../output/io.ts';
import { readOneMarketOf } from '../../input/candles-input.ts';
import { searchGenomesHere, searchGenomesOn } from '../../../adapters/threads/genome-searcher.ts';
import { type Genome } from '../../../domain/python-worker/genomes/genome.ts';
import { OPENING_BALANCE } from '../../../domain/python-worker/engine/engine-result.ts';
import { forMarketType } from '../../../domain/python-worker/engine/for-market-type.ts';
import { termsOf } from '../../../domain/python-worker/engine/terms.ts';
import { AppError } from '../../../domain/errors.ts';
import { marketKind } from '../../../domain/market/described-market.ts';
import { type WrittenStrategy } from '../../input/parse-strategy.ts';
import { assumedNotes } from '../../input/candle-file-options.ts';
import { readGenomes } from '../../input/read-genomes.ts';
import { type PreparedSearch, type SearchInput } from './prepared-search.ts';

/**
 * Search by the rules of the Python workers: the candles of the file, and the workers' costs and account.
 * @throws AppError `bad-input` for a spec, or for flags of costs or timeframe, which those rules fix.
 */
export async function prepareWorkerSearch(
  io: CliIo,
  exchange: Config['exchange'],
  input: SearchInput,
): Promise<PreparedSearch> {
  for (const flag of ['fees', 'slippage', 'cash', 'timeframe'] as const) {
    if (input[flag] === undefined) continue;
    throw new AppError('bad-input', `--${flag} needs --profile realistic: the workers' rules fix this value`);
  }
  const file = await readOneMarketOf(io, input);
  const { path, symbol, timeframe, columns } = file;
  if (file.volume === 'unknown') {
    throw new AppError('bad-input', `${path}: has no volume, which the workers' rules need`, {
      advice: 'Give a file with a volume, or omit --profile worker',
    });
  }
  const kind = input.marketType ?? marketKind(exchange, symbol);
  // The workers know two types: every contract, perpetual or dated, is FUTURES to them.
  const marketType = kind === 'spot' ? 'SPOT' : 'FUTURES';
  const written = genomesOf(input.genomes, await readGenomes(input.genomes));
  const genomes = written.map((genome) => forMarketType(genome, marketType));
  if (columns.length < 2) throw new AppError('bad-input', `${path}: contains fewer than two candles`);
  const request = { columns, terms: termsOf(marketType, columns.time), genomes };
  return {
    market: `${symbol} ${timeframe} by the workers' rules (${marketType})`,
    notes: assumedNotes(file),
    bars: columns.length,
    count: genomes.length,
    capital: OPENING_BALANCE,
    nameOf: (index) => JSON.stringify(genomes[index]),
    play: (pool, onProgress) => (pool === null ? searchGenomesHere : searchGenomesOn(pool))(request, { onProgress }),
  };
}

function genomesOf(path: string, written: readonly WrittenStrategy[]): readonly Genome[] {
  return written.map((strategy, index) => {
    if (strategy.kind === 'genome') return strategy.genome;
    throw new AppError('bad-input', `${path}: [${index}]: is a spec, which the workers' rules cannot run`, {
      advice: 'Give genomes, or omit --profile worker',
    });
  });
}
