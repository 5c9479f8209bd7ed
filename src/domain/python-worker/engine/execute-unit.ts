import { SeriesTooShortError } from '../../market/series-too-short-error.ts';
import { type Rng } from '../../random/rng.ts';
import { type WorkerColumns } from './columns.ts';
import { evolve, type EvolveOptions } from './evolve.ts';
import { submissionOf, unitFrames, type Submission } from './submission.ts';
import { type UnitParams } from './unit-params.ts';

/** Python workers skip units with fewer candles without a report. */
const LEAST_CANDLES = 1000;

/**
 * Executes a work unit like the newest Python worker. With a population of one, one generation and one seed it
 * evaluates just that seed, whatever the generator.
 * @returns null when cancelled before a genome was evaluated.
 * @throws SeriesTooShortError for fewer than 1,000 candles.
 */
export function executeUnit(
  params: UnitParams,
  candles: WorkerColumns,
  rng: Rng,
  options: EvolveOptions = {},
): Submission | null {
  const frames = unitFrames(candles, params.marketType, params.maxCandles);
  const bars = frames.train.length + frames.test.length;
  if (bars < LEAST_CANDLES) throw new SeriesTooShortError('a work unit', LEAST_CANDLES, bars);
  const best = evolve(frames, params, rng, options);
  return best === null ? null : submissionOf(frames, best);
}
