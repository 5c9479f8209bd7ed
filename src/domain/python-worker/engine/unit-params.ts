import { type Genome } from '../genomes/genome.ts';
import { parseGenome } from '../genomes/parse-genome.ts';
import { SpecError } from '../../spec-error.ts';
import { type MarketType } from './terms.ts';

/** The strategy_params that the newest Python worker reads (docs/coordinator-protocol.md#strategy-parameters). */
export interface UnitParams {
  readonly populationSize: number;
  readonly generations: number;
  /** Name of a candle file, as sent. */
  readonly dataFile: string;
  /** Number of most recent candles used; 0 for all. */
  readonly maxCandles: number;
  readonly marketType: MarketType;
  readonly maxLeverage: number;
  readonly seeds: readonly Genome[];
  readonly seedRatio: number;
}

const MAX_POPULATION = 10_000;
const MAX_GENERATIONS = 100_000;
const MAX_CANDLES = 10_000_000;

/**
 * Parses strategy_params. Unknown keys are ignored, as by the workers. @throws SpecError at the first field that no
 * worker could run.
 */
export function parseUnitParams(value: unknown): UnitParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SpecError('strategy_params', 'must be an object');
  }
  const params = value as Readonly<Record<string, unknown>>;
  const leverage = Math.max(numberIn(params, 'max_leverage', 1, 1, 100), numberIn(params, 'leverage', 1, 1, 100));
  return {
    populationSize: wholeIn(params, 'population_size', 30, 1, MAX_POPULATION),
    generations: wholeIn(params, 'generations', 20, 1, MAX_GENERATIONS),
    dataFile: textIn(params, 'data_file', 'BTC-USD_ONE_MINUTE.csv'),
    maxCandles: wholeIn(params, 'max_candles', 0, 0, MAX_CANDLES),
    marketType: marketTypeIn(params),
    maxLeverage: leverage,
    seeds: seedsIn(params),
    seedRatio: numberIn(params, 'seed_ratio', 0.5, 0, 1),
  };
}

type Params = Readonly<Record<string, unknown>>;

function numberIn(params: Params, name: string, usual: number, min: number, max: number): number {
  const value = params[name] ?? usual;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new SpecError(name, `${JSON.stringify(value)} must be a number from ${min} to ${max}`);
}

function wholeIn(params: Params, name: string, usual: number, min: number, max: number): number {
  const value = numberIn(params, name, usual, min, max);
  if (Number.isInteger(value)) return value;
  throw new SpecError(name, `${value} must be a whole number`);
}

function textIn(params: Params, name: string, usual: string): string {
  const value = params[name] ?? usual;
  if (typeof value === 'string' && value !== '') return value;
  throw new SpecError(name, 'must be the name of a candle file');
}

function marketTypeIn(params: Params): MarketType {
  const value = params['market_type'] ?? 'SPOT';
  if (value === 'SPOT' || value === 'FUTURES') return value;
  throw new SpecError('market_type', `${JSON.stringify(value)} must be SPOT or FUTURES`);
}

function seedsIn(params: Params): readonly Genome[] {
  const value = params['seed_genomes'] ?? [];
  if (!Array.isArray(value)) throw new SpecError('seed_genomes', 'must be a list of genomes');
  return value.map((seed: unknown, i) => {
    try {
      return parseGenome(seed);
    } catch (error) {
      throw error instanceof SpecError ? error.inside(`seed_genomes[${i}]`) : error;
    }
  });
}
