import { readCandleColumns } from '../adapters/candle-files/read-candle-file.ts';
import { type BacktestPool } from '../adapters/threads/backtest-pool.ts';
import { shareCandles } from '../adapters/threads/share-series.ts';
import { type Submission } from '../domain/python-worker/engine/submission.ts';
import { parseUnitParams } from '../domain/python-worker/engine/unit-params.ts';
import { AppError, hasCode, isInputError } from '../domain/errors.ts';
import { findCandleFile } from '../adapters/candle-files/find-candle-file.ts';

export interface UnitRunDeps {
  readonly pool: BacktestPool;
  /** Where candle files may be read. */
  readonly directories: readonly string[];
}

/**
 * Does a unit of the existing kind on a thread of the pool.
 * @param seed of a search; the evaluation of one genome does not draw.
 * @throws AppError for a unit that cannot be done here (`isNotForUs`): `bad-spec`, `series-too-short`, `no-candles` and
 *   the like; `interrupted` when it was cancelled.
 */
export async function runUnit(
  { pool, directories }: UnitRunDeps,
  params: unknown,
  seed: string,
  signal?: AbortSignal,
): Promise<Submission> {
  const unit = parseUnitParams(params);
  const { columns } = await readCandleColumns(await findCandleFile(unit.dataFile, directories));
  const submission = await pool.runAlone('unit', { params: unit, columns: shareCandles(columns), seed }, signal);
  if (submission === null) throw new AppError('interrupted', 'the unit was cancelled');
  return submission;
}

/** No candles here, or parameters that we do not read as workers do: trying again would not help, and nobody is to blame. */
export function isNotForUs(error: unknown): boolean {
  return isInputError(error) || hasCode(error, 'no-candles');
}
