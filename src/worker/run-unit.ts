import { type CandleFiles } from '../ports/candle-files.ts';
import { type UnitThreads } from '../ports/fleet/unit-threads.ts';
import { type Submission } from '../domain/python-worker/engine/submission.ts';
import { parseUnitParams } from '../domain/python-worker/engine/unit-params.ts';
import { AppError, hasCode, isInputError } from '../domain/errors.ts';

export interface UnitRunDeps {
  readonly threads: Pick<UnitThreads, 'run'>;
  readonly candles: CandleFiles;
}

/**
 * Executes a unit of the Python workers' kind on a thread.
 * @param seed seed of a search; the evaluation of one genome uses no random numbers
 * @throws AppError for a unit that cannot be executed here (`isNotForUs`): `bad-spec`, `series-too-short`, `no-candles`
 *   and similar; `interrupted` when it was cancelled
 */
export async function runUnit(
  { threads, candles }: UnitRunDeps,
  params: unknown,
  seed: string,
  signal?: AbortSignal,
): Promise<Submission> {
  const unit = parseUnitParams(params);
  const { columns } = await candles.read(unit.dataFile);
  const submission = await threads.run(unit, columns, seed, signal);
  if (submission === null) throw new AppError('interrupted', 'the unit was cancelled');
  return submission;
}

/** Candles are missing here, or the parameters are not supported: a retry cannot succeed, and no worker is at fault. */
export function isNotForUs(error: unknown): boolean {
  return isInputError(error) || hasCode(error, 'no-candles');
}
