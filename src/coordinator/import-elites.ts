import { isFault, objectOf } from '../domain/fleet/import/loose-row.ts';
import { readEliteRow, type ImportedElite } from '../domain/fleet/import/genome-row.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type MarketKind } from '../domain/market/market.ts';
import { kindByName } from '../domain/market/market-name.ts';
import { readDataFileName } from '../domain/market/candle-file-name.ts';
import { strategyOf, type Strategy } from '../domain/strategies/strategy.ts';
import { type Clock } from '../ports/clock.ts';
import { type PythonDatabase } from '../ports/fleet/python-database.ts';
import { type StrategyStore } from '../ports/stores.ts';
import { lostRow, resultCounts, type ImportCount, type LostRow } from './import-database.ts';

export interface EliteReport {
  readonly genomes: ImportCount;
  readonly lost: readonly LostRow[];
}

/** Sizes of a search whose parameters do not name them, as the workers take them. */
const DEFAULT_POPULATION = 30;
const DEFAULT_GENERATIONS = 20;

/** Of a file whose results are no longer in the database. */
const ONE_SEARCH = DEFAULT_POPULATION * DEFAULT_GENERATIONS;

/** Trials of one search: an estimate, because a search may end earlier. */
function trialsOf({ population_size: population, generations }: StrategyParams): number {
  const size = typeof population === 'number' && population > 0 ? population : DEFAULT_POPULATION;
  return size * (typeof generations === 'number' && generations > 0 ? generations : DEFAULT_GENERATIONS);
}

interface Searches {
  /** Trials of all searches on a candle file: population x generations of each result. */
  readonly trials: ReadonlyMap<string, number>;
  readonly futures: ReadonlySet<string>;
}

function searchesOf(database: PythonDatabase): Searches {
  const results = resultCounts(database);
  const trials = new Map<string, number>();
  const futures = new Set<string>();
  for (const { id, strategy_params: text } of database.rows('work_units', ['id', 'strategy_params'])) {
    const parsed = objectOf(text, 'strategy_params');
    if (isFault(parsed)) continue;
    const { object: params } = parsed;
    const { data_file: file } = params;
    if (typeof file !== 'string') continue;
    const done = (typeof id === 'number' && results.get(id)) || 0;
    trials.set(file, (trials.get(file) ?? 0) + done * trialsOf(params));
    if (params['market_type'] === 'FUTURES') futures.add(file);
  }
  return { trials, futures };
}

/** The coordinator keeps the best of all searches on a file, so each élite genome is chosen among all their trials. */
function candidateOf(
  { id, hash, spec, dataFile, symbol, timeframe }: ImportedElite,
  trials: number,
  now: number,
): Strategy {
  const searched = { trials, isEstimate: true };
  return {
    ...strategyOf({ hash, family: 'imported', parameters: {}, spec, origin: 'remote' }, now),
    stateReason: `élite genome ${id} of the Python coordinator, found on ${dataFile} in about ${trials} trials (estimate)`,
    symbol,
    timeframe,
    searched,
  };
}

/** Stores the élite genomes of a Python coordinator's database as candidates, which cycles judge like any others. */
export async function importElites(
  database: PythonDatabase,
  { strategies, clock }: { readonly strategies: Pick<StrategyStore, 'addMany'>; readonly clock: Clock },
): Promise<EliteReport> {
  const { trials, futures } = searchesOf(database);
  const kindOf = (dataFile: string): MarketKind => {
    const byName = kindByName(readDataFileName(dataFile).asset);
    return byName === 'spot' && futures.has(dataFile) ? 'perpetual' : byName;
  };
  const lost: LostRow[] = [];
  const found = new Map<string, Strategy>();
  let sound = 0;
  for (const row of database.rows('elite_genomes')) {
    const elite = readEliteRow(row, kindOf);
    if (isFault(elite)) {
      lost.push(lostRow('elite_genomes', row, elite.fault));
      continue;
    }
    sound += 1;
    if (!found.has(elite.hash))
      found.set(elite.hash, candidateOf(elite, trials.get(elite.dataFile) ?? ONE_SEARCH, clock.now()));
  }
  const imported = await strategies.addMany([...found.values()]);
  return { genomes: { found: sound + lost.length, imported, known: sound - imported }, lost };
}
